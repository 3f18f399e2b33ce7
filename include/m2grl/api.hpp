#pragma once
/// What a shared library shows of itself.

/// `namespace M2GRL_API m2grl`, as the public headers open it: all that is declared in it can be linked against; the
/// rest of the library is hidden. nvcc does not care for it, and no kernel is public.
#if defined(__GNUC__) && !defined(__CUDACC__)
#define M2GRL_API [[gnu::visibility("default")]]
#else
#define M2GRL_API
#endif
