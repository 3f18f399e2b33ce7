# Headers, library, command and the CMake package: find_package(m2grl) then gives m2grl::m2grl.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(M2GRL_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/m2grl)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/m2grl DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS m2grl EXPORT m2grl_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT m2grl_targets FILE m2grl_targets.cmake NAMESPACE m2grl:: DESTINATION ${M2GRL_PACKAGE_DIR})

if(TARGET m2grl_cli)
  file(RELATIVE_PATH library_dir ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(m2grl_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${library_dir}")  # of a shared library
  install(TARGETS m2grl_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# A static library's own dependencies are linked by whoever links it; a shared one has resolved them.
get_target_property(type m2grl TYPE)
string(COMPARE EQUAL "${type}" "STATIC_LIBRARY" M2GRL_STATIC)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/m2grl-config.cmake.in ${PROJECT_BINARY_DIR}/m2grl-config.cmake
  INSTALL_DESTINATION ${M2GRL_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/m2grl-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/m2grl-config.cmake ${PROJECT_BINARY_DIR}/m2grl-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/Findm2grl_hwy.cmake ${CMAKE_CURRENT_LIST_DIR}/Findm2grl_zstd.cmake
              ${CMAKE_CURRENT_LIST_DIR}/Findm2grl_liblinear.cmake
        DESTINATION ${M2GRL_PACKAGE_DIR})

# The same for pkg-config, relative to its own place: the prefix may be moved.
file(RELATIVE_PATH M2GRL_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" M2GRL_PC_PREFIX "${M2GRL_PC_PREFIX}")
set(M2GRL_PC_REQUIRES "fmt libhwy")
set(M2GRL_PC_LIBS "-fopenmp -pthread")
if(BLAS_FOUND)
  string(APPEND M2GRL_PC_REQUIRES " openblas")
endif()
if(ZLIB_FOUND)
  string(APPEND M2GRL_PC_REQUIRES " zlib")
endif()
if(m2grl_zstd_FOUND)
  string(APPEND M2GRL_PC_REQUIRES " libzstd")
endif()
if(m2grl_liblinear_FOUND)
  string(APPEND M2GRL_PC_LIBS " -llinear")
endif()
if(M2GRL_HAS_CUDA)
  string(APPEND M2GRL_PC_LIBS " -L${CUDAToolkit_LIBRARY_DIR} -lcudart_static -ldl -lrt")
endif()
if(NOT M2GRL_STATIC)  # resolved in the library itself
  set(M2GRL_PC_REQUIRES "")
  set(M2GRL_PC_LIBS "")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/m2grl.pc.in ${PROJECT_BINARY_DIR}/m2grl.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/m2grl.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# `make deb`: one package with the command, the library and what a program needs that links it.
if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_NAME m2grl)
  set(CPACK_PACKAGE_CONTACT "the m2grl developers")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_DEPENDS "libfmt-dev, libhwy-dev")
  foreach(found IN ITEMS "BLAS_FOUND libopenblas-dev" "ZLIB_FOUND zlib1g-dev" "m2grl_zstd_FOUND libzstd-dev"
                         "m2grl_liblinear_FOUND liblinear-dev")
    separate_arguments(found)
    list(POP_FRONT found condition)
    if(M2GRL_STATIC AND ${condition})
      string(APPEND CPACK_DEBIAN_PACKAGE_DEPENDS ", ${found}")
    endif()
  endforeach()
  if(NOT M2GRL_STATIC)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS "")
  endif()
  include(CPack)
endif()
