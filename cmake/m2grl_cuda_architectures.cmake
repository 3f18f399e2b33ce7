# Which GPUs to compile for where nobody said: what $CUDAARCHS names, as in CMake; else this machine's; without one,
# what a release is built for: Ampere, Hopper, and PTX for what follows.
if(DEFINED ENV{CUDAARCHS})
  set(CMAKE_CUDA_ARCHITECTURES $ENV{CUDAARCHS})
else()
  execute_process(COMMAND nvidia-smi --list-gpus
    OUTPUT_VARIABLE m2grl_gpus RESULT_VARIABLE m2grl_status OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(m2grl_status EQUAL 0 AND m2grl_gpus MATCHES "^GPU ")
    set(CMAKE_CUDA_ARCHITECTURES native)
  else()
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
  endif()
endif()
message(STATUS "m2grl: CUDA code for ${CMAKE_CUDA_ARCHITECTURES}")
