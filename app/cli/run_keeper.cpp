#include "app/cli/run_keeper.h"

#include "app/process/standard_output.h"
#include "engine/base/number_text.h"
#include "sessions/store/spool.h"

namespace ringscope {

RunKeeper::RunKeeper(std::unique_ptr<RunStore> store, std::stop_token stop,
                     std::chrono::milliseconds patience)
    : store_(std::move(store)), stop_(std::move(stop)), patience_(patience) {}

/// Waits for a lock in short pieces, so that an interrupt ends the wait.
int64_t RunKeeper::save(const std::string& uuid, const Run& run, const std::string& name,
                        RunStore::Output output) {
    constexpr int kPieceMs = 200;
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    for (bool told = false;; told = true) {
        try {
            const int64_t id = store_->save_as(uuid, run, name, output, invocation_);
            store_->wait_for_others(kBusyTimeoutMs);
            return id;
        } catch (const Error& error) {
            if (!is_lock(error) || stop_.stop_requested() || std::chrono::steady_clock::now() > deadline)
                throw;
        }
        store_->wait_for_others(kPieceMs);
        if (!told)
            print_note("the run is done; waiting up to " +
                       seconds_text(std::chrono::duration<double>(patience_).count()) + " for " +
                       store_->path() + ", which another program keeps locked");
    }
}

std::optional<int64_t> RunKeeper::keep(const Run& run, const std::string& name, RunStore::Output output) {
    if (!store_) return {};
    const std::string uuid = new_uuid();
    try {
        return save(uuid, run, name, output);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::io) throw;
        problem_ = error.what();
    }
    try {
        const std::string path = spool_run(store_->path(), uuid, run, name, output, invocation_);
        problem_ += "; the run is kept in " + path + " and joins the file when that is next opened";
        return {};
    } catch (const Error& error) {
        problem_ += std::string("; nor can the run be kept elsewhere: ") + error.what();
        return {};
    }
}

}  // namespace ringscope
