#pragma once
/// Marks the bodies that run on the host and, compiled by nvcc, on the device.

#ifdef __CUDACC__
#define M2GRL_HOST_DEVICE __host__ __device__
#else
#define M2GRL_HOST_DEVICE
#endif

/// Before a loop over a small array that is to stay in a device's registers.
#ifdef __CUDA_ARCH__
#define M2GRL_DEVICE_UNROLL _Pragma("unroll")
#else
#define M2GRL_DEVICE_UNROLL
#endif
