#pragma once
/// Keeps OpenBLAS to one thread while m2grl's own threads call it, each on its share of the rows.

#if defined(M2GRL_HAS_OPENBLAS)
extern "C" {
void openblas_set_num_threads(int);
int openblas_get_num_threads(void);
}
#endif

namespace m2grl::cpu {

class single_threaded_blas {
 public:
#if defined(M2GRL_HAS_OPENBLAS)
  single_threaded_blas() : before_(openblas_get_num_threads()) { openblas_set_num_threads(1); }
  ~single_threaded_blas() { openblas_set_num_threads(before_); }
#else
  single_threaded_blas() = default;
  ~single_threaded_blas() = default;
#endif
  single_threaded_blas(const single_threaded_blas&) = delete;
  single_threaded_blas& operator=(const single_threaded_blas&) = delete;

 private:
#if defined(M2GRL_HAS_OPENBLAS)
  int before_;
#endif
};

}  // namespace m2grl::cpu
