#pragma once
/// The SGNS bench's own check: a plain double-precision loop over the same sequences and draws.

namespace m2grl::bench {

/// Trains a small problem both ways under several settings. Throws validation_error where a table differs by
/// more than 1e-5, or the loss by more than 1e-4 of itself.
void validate_against_reference();

}  // namespace m2grl::bench
