// Finished runs on their way into a run file: none is lost because the file cannot be written just then.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "sessions/store/run_store.h"

namespace ringscope {

class RunKeeper {
  public:
    /// Null: nothing is saved. While another program keeps the file locked a run waits for `patience`, or until
    /// a stop is requested, and standard error says so.
    explicit RunKeeper(std::unique_ptr<RunStore> store, std::stop_token stop,
                       std::chrono::milliseconds patience = std::chrono::seconds(30));

    /// The run's id in the file; none without a file, or when it had to be kept beside it, or could be kept
    /// nowhere: problem() then says why and where, and the caller still has its figures to show.
    std::optional<int64_t> keep(const Run& run, const std::string& name,
                                RunStore::Output output = RunStore::Output::leave);

    RunStore* store() const { return store_.get(); }
    /// Of the newest run that is not in the file: one line; "" when all are.
    const std::string& problem() const { return problem_; }

  private:
    int64_t save(const std::string& uuid, const Run& run, const std::string& name, RunStore::Output output);

    std::unique_ptr<RunStore> store_;
    std::stop_token stop_;
    std::chrono::milliseconds patience_;
    std::string problem_;
    const std::string invocation_ = new_uuid();  // of every run that this one keeps
};

}  // namespace ringscope
