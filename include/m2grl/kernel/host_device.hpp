#pragma once
/// Marks the bodies that run on the host and, compiled by nvcc, on the device.

#ifdef __CUDACC__
#define M2GRL_HOST_DEVICE __host__ __device__
#else
#define M2GRL_HOST_DEVICE
#endif
