#include "support/bench.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cpu/sgns_block.hpp"
#include "m2grl_bench_commit.h"

namespace m2grl::bench {
namespace {

/// Value of the first line "key : value" of a file.
std::string line_value(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const auto colon = line.find(':');
    const auto first = line.find_first_not_of(" \t", colon + 1);
    return colon == std::string::npos || first == std::string::npos ? "" : line.substr(first);
  }
  return "";
}

std::uint64_t kilobytes(const std::string& key) {
  const std::string text = line_value("/proc/self/status", key);
  return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10) * 1024;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

nlohmann::ordered_json machine() {
  const std::string chip = line_value("/proc/cpuinfo", "model name");
  return {{"chip", chip.empty() ? "unknown" : chip},
          {"chip_family", line_value("/proc/cpuinfo", "cpu family")},
          {"chip_model", line_value("/proc/cpuinfo", "model\t")},
          {"cores", std::thread::hardware_concurrency()},
          {"simd", cpu::simd_target()},
          {"compiler", __VERSION__},
          {"commit", M2GRL_BENCH_COMMIT},
          {"date", today()}};
}

bool met(const figure& f) {
  const auto holds = [&](double value, double target) {
    return target == 0 || (f.at_most ? value <= target : value >= target);
  };
  return holds(f.share, f.target_share) && holds(f.value, f.target_value);
}

bool has_target(const figure& f) { return f.target_share != 0 || f.target_value != 0; }

nlohmann::ordered_json to_json(const figure& f) {
  nlohmann::ordered_json j{{"name", f.name}, {"value", f.value}, {"unit", f.unit}, {"runs", f.runs}};
  if (!f.against.empty()) {
    j["against"] = f.against;
    j["reference"] = f.reference;
    j["share"] = f.share;
  }
  if (f.target_share != 0) j[f.at_most ? "share_at_most" : "share_at_least"] = f.target_share;
  if (f.target_value != 0) j[f.at_most ? "value_at_most" : "value_at_least"] = f.target_value;
  if (has_target(f)) j["met"] = met(f);
  if (!f.details.empty()) j["details"] = f.details;
  return j;
}

std::string readable(double value) {
  for (const auto& [unit, suffix] : {std::pair{1e9, " G"}, {1e6, " M"}, {1e3, " k"}}) {
    if (value >= unit) return fmt::format("{:.2f}{}", value / unit, suffix);
  }
  return fmt::format("{:.3g} ", value);
}

}  // namespace

void check(bool good, const std::string& what) {
  if (!good) throw validation_error("validation failed: " + what);
}

void report::validated(const std::string& what) {
  fmt::print("validated: {}\n", what);
  validated_.push_back(what);
}

void report::add(figure f) {
  std::string line = fmt::format("{:<34} {:>9}{:<14}", f.name, readable(f.value), f.unit);
  if (!f.against.empty())
    line += fmt::format(" {:.1f} % of {}{} ({})", 100 * f.share, readable(f.reference), f.unit, f.against);
  if (has_target(f)) {
    const std::string wanted =
        f.target_value != 0 ? readable(f.target_value) + f.unit : fmt::format("{:.0f} %", 100 * f.target_share);
    line += fmt::format(" [target {} {}: {}]", f.at_most ? "at most" : "at least", wanted, met(f) ? "met" : "missed");
  }
  fmt::print("{}\n", line);
  std::fflush(stdout);
  figures_.push_back(std::move(f));
}

double report::value_of(const std::string& name) const {
  const auto found = std::find_if(figures_.begin(), figures_.end(), [&](const figure& f) { return f.name == name; });
  return found == figures_.end() ? 0 : found->value;
}

void report::write() const {
  if (options_.json.empty()) return;
  nlohmann::ordered_json j{{"bench", bench_}, {"machine", machine()}, {"validated", validated_}};
  j["figures"] = nlohmann::ordered_json::array();
  for (const figure& f : figures_) j["figures"].push_back(to_json(f));
  std::ofstream out(options_.json);
  out << j.dump(2) << "\n";
  if (!out.flush()) throw std::runtime_error(fmt::format("cannot write {}", options_.json));
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double median_ratio(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) ratios.push_back(a[i] / b[i]);
  return median(std::move(ratios));
}

double seconds_of(const std::function<void()>& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

figure compare(std::string name, std::string unit, int runs, const std::function<double()>& measured,
               std::string against, const std::function<double()>& reference) {
  figure f;
  std::vector<double> references;
  for (int run = 0; run < runs; ++run) {
    references.push_back(reference());
    f.runs.push_back(measured());
  }
  f.name = std::move(name);
  f.unit = std::move(unit);
  f.value = median(f.runs);
  f.against = std::move(against);
  f.reference = median(references);
  f.share = median_ratio(f.runs, references);
  return f;
}

figure measure(std::string name, std::string unit, int runs, const std::function<double()>& measured) {
  figure f;
  for (int run = 0; run < runs; ++run) f.runs.push_back(measured());
  f.name = std::move(name);
  f.unit = std::move(unit);
  f.value = median(f.runs);
  return f;
}

std::uint64_t resident_bytes() { return kilobytes("VmRSS"); }
std::uint64_t peak_resident_bytes() { return kilobytes("VmHWM"); }
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

int run_main(int argc, char** argv, const std::string& bench, const std::function<void(const options&, report&)>& body,
             const std::map<std::string, std::pair<std::string, std::string>>& extra) {
  options o;
  CLI::App app("bench_" + bench + ": validates, then measures");
  app.add_option("--json", o.json, "write the figures to this file");
  app.add_option("--runs", o.runs, "runs of each measurement; medians are reported")->check(CLI::Range(1, 1000));
  app.add_option("--size", o.size, "size of the data, as a share of the full size")->check(CLI::Range(1e-4, 100.0));
  app.add_option("--only", o.only, "measure only cases whose name contains this text");
  for (const auto& [name, value] : extra) {
    o.extra[name] = value.first;
    app.add_option("--" + name, o.extra[name], value.second);
  }
  CLI11_PARSE(app, argc, argv);
  try {
    const auto m = machine();
    fmt::print("bench_{} on {} (family {}, model {}), {} cores, {}, commit {}\n", bench, m["chip"].get<std::string>(),
               m["chip_family"].get<std::string>(), m["chip_model"].get<std::string>(), m["cores"].get<unsigned>(),
               m["simd"].get<std::string>(), m["commit"].get<std::string>());
    report r(bench, o);
    body(o, r);
    r.write();
  } catch (const not_run& e) {
    fmt::print(stderr, "bench_{}: {}\n", bench, e.what());
    return 3;
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_{}: {}\n", bench, e.what());
    return 1;
  }
  return 0;
}

}  // namespace m2grl::bench
