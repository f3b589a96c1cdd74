#include "ui/views/run_index_cache.h"

namespace ringscope {

RunIndexCache::Key RunIndexCache::key_of(const Run& run) {
    return {&run, run.trace.spans.data(), run.trace.spans.size(), run.trace.wall_ns, run.started_utc_ms};
}

void RunIndexCache::show(const Run* run, std::shared_ptr<const RunIndex> index) {
    if (!run || !index) return;
    key_ = key_of(*run);
    index_ = std::move(index);
}

const RunIndex& RunIndexCache::of(const Run& run) {
    const Key key = key_of(run);
    if (!index_ || key != key_) {
        index_ = std::make_shared<const RunIndex>(run);
        key_ = key;
    }
    return *index_;
}

}  // namespace ringscope
