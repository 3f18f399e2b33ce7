#include "train/checkpoint_keeper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <new>

#include "m2grl/error.hpp"

namespace m2grl {
namespace {

using nlohmann::json;

constexpr const char* best_prefix = "best.";

/// Parts in the order of the file into places of the run.
class part_reader {
 public:
  part_reader(checkpoint_reader& in, const std::filesystem::path& file) : in_(in), file_(file) {}

  /// `take`(part, bytes) for each part of `wanted`; every one must be next in the file.
  template <class Take>
  void read(const std::vector<state_part>& wanted, Take&& take) {
    for (const state_part& part : wanted) {
      if (next_ == in_.parts().size()) refuse(fmt::format("it has no part \"{}\"", part.name));
      const auto& [name, bytes] = in_.parts()[next_++];
      if (name != part.name || bytes != part.bytes) {
        refuse(fmt::format("its part \"{}\" has {} bytes, this run needs \"{}\" of {}", name, bytes, part.name,
                           part.bytes));
      }
      take(part, in_.next());
    }
  }
  void expect_end() const {
    if (next_ != in_.parts().size())
      refuse(fmt::format("part \"{}\" belongs to no such run", in_.parts()[next_].first));
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw invalid_input({file_.string()}, "this checkpoint cannot be used: " + why);
  }

  checkpoint_reader& in_;
  const std::filesystem::path& file_;
  std::size_t next_ = 0;
};

}  // namespace

embeddings copy_of(const embeddings& e) {
  embeddings copy;
  for (const auto& view : e.views) copy.views.push_back({view.input.clone(), view.output.clone()});
  for (const auto& r : e.relations) {
    copy.relations.push_back({r.from, r.to, r.projection, r.w_from.clone(), r.w_to.clone(), r.bias});
  }
  copy.tasks = e.tasks;
  return copy;
}

checkpoint_keeper::checkpoint_keeper(const problem& p, const schedule& s, device_kind device,
                                     const checkpoint_options& how)
    : problem_(p), how_(how), device_(device == device_kind::cuda ? "cuda" : "cpu"), writer_(how.file) {
  if (!how.file.empty()) run_ = describe_run(p, s);
}

bool checkpoint_keeper::resumes() const {
  std::error_code code;
  return how_.resume && std::filesystem::exists(how_.file, code);
}

void checkpoint_keeper::resume(backend& b, run_progress& done, embeddings& best) const {
  checkpoint_reader in(how_.file);
  const auto refuse = [&](const std::string& why) {
    throw invalid_input({how_.file.string()}, "the run cannot go on from this checkpoint: " + why);
  };
  const json& header = in.header();
  if (const auto kept = header.at("device").get<std::string>(); kept != device_) {
    refuse(fmt::format("it was written on device {}, this run is on {}", kept, device_));
  }
  if (auto differs = difference_of(in.run(), run_); !differs.empty()) {
    refuse(differs);
  }
  part_reader parts(in, how_.file);
  try {
    try {
      done = progress_from(header.at("trainer").at("progress"), problem_.tasks());
    } catch (const invalid_input& fault) {
      refuse(fault.what());  // which knows neither file nor run
    }
    parts.read(b.state(),
               [&](const state_part& part, const std::vector<std::byte>& bytes) { b.write_state(part, bytes.data()); });
    if (const json& tasks = header.at("trainer").at("best_tasks"); !tasks.empty()) {
      best = copy_of(b.learned());
      best.tasks = task_states_from(tasks);
      parts.read(parts_of(best, best_prefix), [](const state_part& part, const std::vector<std::byte>& bytes) {
        std::memcpy(part.data, bytes.data(), bytes.size());
      });
    }
  } catch (const json::exception& fault) {
    refuse(fmt::format("its header says {}", fault.what()));
  }
  parts.expect_end();
}

bool checkpoint_keeper::due(std::uint64_t rounds) const {
  if (how_.file.empty()) return false;
  if (problem_.cfg.checkpoint_steps > 0 && rounds % problem_.cfg.checkpoint_steps == 0) return true;
  const double passed = std::chrono::duration<double>(clock::now() - last_).count();
  return problem_.cfg.checkpoint_seconds > 0 && passed >= problem_.cfg.checkpoint_seconds;
}

/// Does it; what a run survives is told where somebody listens.
template <class Work>
void checkpoint_keeper::attempt(const Work& work) {
  const auto tell = [&](const char* why) {
    stands_ = false;
    if (!how_.on_failure) throw;
    how_.on_failure(why);
  };
  try {
    work();
  } catch (const io_error& fault) {
    tell(fault.what());
  } catch (const out_of_memory& fault) {
    tell(fault.what());
  } catch (const std::bad_alloc&) {
    tell("out of memory");
  }
}

checkpoint checkpoint_keeper::copied(backend& b, const run_progress& done, embeddings& best) const {
  checkpoint c;
  c.device = device_;
  c.run = run_;
  c.trainer = {{"progress", to_json(done)}, {"best_tasks", to_json(best.tasks)}};
  for (const state_part& part : b.state()) {
    c.parts.push_back({part.name, std::vector<std::byte>(part.bytes)});
    b.read_state(part, c.parts.back().bytes.data());
  }
  for (const state_part& part : parts_of(best, best_prefix)) {
    c.parts.push_back({part.name, std::vector<std::byte>(part.bytes)});
    std::memcpy(c.parts.back().bytes.data(), part.data, part.bytes);
  }
  return c;
}

void checkpoint_keeper::keep(backend& b, const run_progress& done, embeddings& best) {
  if (how_.file.empty()) return;
  (void)wait();  // before there is a second copy
  last_ = clock::now();
  attempt([&] {
    writer_.write(copied(b, done, best));
    stands_ = true;
  });
}

void checkpoint_keeper::poll() {
  if (!writer_.writing()) (void)wait();
}

bool checkpoint_keeper::wait() {
  attempt([&] { writer_.wait(); });
  return stands_;
}

}  // namespace m2grl
