#pragma once
/// What every bench shares: options, medians of several runs, figures beside their ceiling, one JSON file.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace m2grl::bench {

/// Options of the command line. Exits of --help and of wrong usage are the caller's (see run_main()).
struct options {
  std::string json;                          ///< file to write; empty: none
  int runs = 5;                              ///< of each measurement; medians are reported
  double size = 1;                           ///< of the data sets, 1: as the figures ask for
  std::string only;                          ///< cases whose name contains this text; empty: every case
  std::map<std::string, std::string> extra;  ///< options of one bench, by name
};

/// One measured figure. A share compares it with the ceiling or the peer that the same run measured.
struct figure {
  std::string name;  ///< stable, e.g. "uniform_100k_1_core"
  double value = 0;  ///< median
  std::string unit;
  std::vector<double> runs;  ///< all values, in order
  std::string against;       ///< what `reference` is; empty: nothing
  double reference = 0;
  double share = 0;         ///< value / reference, median of the runs' shares
  double target_share = 0;  ///< least value of `share`; 0: none
  double target_value = 0;  ///< least value of `value`; 0: none
  bool at_most = false;     ///< the targets are upper bounds
  std::map<std::string, double> details;
};

/// Thrown where a bench's output is wrong: no figure is reported then.
struct validation_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Thrown where a bench cannot run on this machine, with the reason.
struct not_run : std::runtime_error {
  explicit not_run(const std::string& reason) : std::runtime_error("not run: " + reason) {}
};
/// Throws validation_error unless `good`.
void check(bool good, const std::string& what);

/// Collects figures, prints each as a line, writes the JSON at the end.
class report {
 public:
  report(std::string bench, const options& o) : bench_(std::move(bench)), options_(o) {}

  [[nodiscard]] bool wants(const std::string& name) const { return name.find(options_.only) != std::string::npos; }
  /// Says what was validated, before the figures that rest on it.
  void validated(const std::string& what);
  void add(figure f);
  /// Of the figure of this name; 0 where none was added.
  [[nodiscard]] double value_of(const std::string& name) const;
  void write() const;

 private:
  std::string bench_;
  const options& options_;
  std::vector<std::string> validated_;
  std::vector<figure> figures_;
};

[[nodiscard]] double median(std::vector<double> values);
/// Median of the element-wise ratios a[i] / b[i].
[[nodiscard]] double median_ratio(const std::vector<double>& a, const std::vector<double>& b);
/// Seconds that f() takes.
[[nodiscard]] double seconds_of(const std::function<void()>& f);

/// Figures of `runs` interleaved measurements, so that a neighbour on the machine disturbs both alike:
/// each call of `measured` and of `reference` returns a rate in the figure's unit.
[[nodiscard]] figure compare(std::string name, std::string unit, int runs, const std::function<double()>& measured,
                             std::string against, const std::function<double()>& reference);
[[nodiscard]] figure measure(std::string name, std::string unit, int runs, const std::function<double()>& measured);

/// Resident memory now, and its peak since the last reset; bytes, 0 where the system does not tell.
[[nodiscard]] std::uint64_t resident_bytes();
[[nodiscard]] std::uint64_t peak_resident_bytes();
void reset_peak();

/// Parses the options, runs `body`, writes the JSON. Exit code 1 with one line where something fails, 3 where the bench
/// cannot run here.
/// `extra`: further options, name → (default, help).
int run_main(int argc, char** argv, const std::string& bench, const std::function<void(const options&, report&)>& body,
             const std::map<std::string, std::pair<std::string, std::string>>& extra = {});

}  // namespace m2grl::bench
