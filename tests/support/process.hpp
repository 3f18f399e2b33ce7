#pragma once
/// Runs a program as a user does: its exit code, its output, its messages.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace m2grl::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// A folder of its own under the system's temporary one, removed at the end.
class temporary_folder {
 public:
  temporary_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "m2grl-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    path_ = pattern;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  /// Names of what lies in it, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  std::filesystem::path path_;
};

struct run_result {
  int code = 0;  ///< exit code; −n: ended by signal n
  std::string out, err;
};

/// A program that runs in `folder`, its input empty.
class process {
 public:
  process(const std::vector<std::string>& command, const std::filesystem::path& folder) {
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("cannot fork");
    if (child_ == 0) become(command, folder, output_);
  }
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process() {
    if (child_ > 0) {
      (void)::kill(child_, SIGKILL);
      (void)::waitpid(child_, nullptr, 0);
    }
  }

  void signal(int number) const { (void)::kill(child_, number); }
  /// Whether it has ended by itself; wait() still tells how.
  [[nodiscard]] bool ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
  }
  [[nodiscard]] std::string err_so_far() const { return read_file(output_ / "err"); }

  run_result wait() {
    int status = 0;
    (void)::waitpid(child_, &status, 0);
    child_ = -1;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return {code, read_file(output_ / "out"), read_file(output_ / "err")};
  }

 private:
  [[noreturn]] static void become(const std::vector<std::string>& command, const std::filesystem::path& folder,
                                  const temporary_folder& output) {
    const auto redirect = [](const std::string& file, int flags, int to) {
      const int descriptor = ::open(file.c_str(), flags, 0644);
      if (descriptor < 0 || ::dup2(descriptor, to) < 0) ::_exit(126);
    };
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect((output / "out").string(), O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect((output / "err").string(), O_WRONLY | O_CREAT, STDERR_FILENO);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    std::vector<char*> arguments;
    for (const std::string& text : command) arguments.push_back(const_cast<char*>(text.c_str()));
    arguments.push_back(nullptr);
    (void)::execv(arguments[0], arguments.data());
    ::_exit(127);
  }

  temporary_folder output_;
  pid_t child_ = -1;
};

inline run_result run(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  return process(command, folder).wait();
}

}  // namespace m2grl::test
