# zstd as m2grl::zstd; Debian's package has no CMake files.
find_library(M2GRL_ZSTD_LIBRARY zstd)
find_path(M2GRL_ZSTD_INCLUDE zstd.h)
mark_as_advanced(M2GRL_ZSTD_LIBRARY M2GRL_ZSTD_INCLUDE)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(m2grl_zstd REQUIRED_VARS M2GRL_ZSTD_LIBRARY M2GRL_ZSTD_INCLUDE)
if(m2grl_zstd_FOUND AND NOT TARGET m2grl::zstd)
  add_library(m2grl::zstd UNKNOWN IMPORTED)
  set_target_properties(m2grl::zstd PROPERTIES
    IMPORTED_LOCATION ${M2GRL_ZSTD_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${M2GRL_ZSTD_INCLUDE})
endif()
