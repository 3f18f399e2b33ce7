#pragma once
/// The system calls that write, as this program's own functions: they can be made to fail, to write short, to be
/// interrupted. All else is passed on.

#include <cstdint>

namespace m2grl::test {

/// What goes wrong between two calls of set_faults().
struct system_faults {
  std::uint64_t fail_at = 0;          ///< the call that fails, counted from 1 over all kinds; 0: none
  int error = 0;                      ///< its errno
  bool writes_only = false;           ///< count write() alone
  bool from_then_on = false;          ///< every later call fails, too: a disk that stays full
  bool short_writes = false;          ///< write() takes fewer bytes than it is given, often one
  std::uint32_t interrupt_every = 0;  ///< every so many calls of open, write, fsync, close fail with EINTR; 0: none
  bool plain_renames = false;         ///< a file system that cannot exchange names: renameat2 fails with EINVAL
};

/// From now on, in every thread; counts begin anew.
void set_faults(const system_faults& faults);
/// Nothing goes wrong any more. Returns how many calls there were that might have failed.
std::uint64_t clear_faults();

}  // namespace m2grl::test
