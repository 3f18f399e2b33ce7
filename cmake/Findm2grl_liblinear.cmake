# liblinear as m2grl::liblinear; Debian's package has no CMake files.
find_library(M2GRL_LIBLINEAR_LIBRARY linear)
find_path(M2GRL_LIBLINEAR_INCLUDE linear.h)
mark_as_advanced(M2GRL_LIBLINEAR_LIBRARY M2GRL_LIBLINEAR_INCLUDE)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(m2grl_liblinear REQUIRED_VARS M2GRL_LIBLINEAR_LIBRARY M2GRL_LIBLINEAR_INCLUDE)
if(m2grl_liblinear_FOUND AND NOT TARGET m2grl::liblinear)
  add_library(m2grl::liblinear UNKNOWN IMPORTED)
  set_target_properties(m2grl::liblinear PROPERTIES
    IMPORTED_LOCATION ${M2GRL_LIBLINEAR_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${M2GRL_LIBLINEAR_INCLUDE})
endif()
