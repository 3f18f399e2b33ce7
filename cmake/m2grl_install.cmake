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
