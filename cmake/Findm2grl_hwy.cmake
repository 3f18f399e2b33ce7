# Highway as m2grl::hwy: by its own CMake package, else by pkg-config.
find_package(hwy 1.0 QUIET CONFIG)
if(TARGET hwy::hwy)
  set(m2grl_hwy_target hwy::hwy)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(M2GRL_HWY QUIET IMPORTED_TARGET libhwy>=1.0)
  endif()
  if(TARGET PkgConfig::M2GRL_HWY)
    set(m2grl_hwy_target PkgConfig::M2GRL_HWY)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(m2grl_hwy
  REASON_FAILURE_MESSAGE "Highway (libhwy-dev) is neither a CMake package here nor known to pkg-config"
  REQUIRED_VARS m2grl_hwy_target)
if(m2grl_hwy_FOUND AND NOT TARGET m2grl::hwy)
  add_library(m2grl::hwy INTERFACE IMPORTED)
  target_link_libraries(m2grl::hwy INTERFACE ${m2grl_hwy_target})
endif()
