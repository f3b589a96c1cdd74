#include "ui/tabs/simulate/curve_cache.h"

#include <string>
#include <system_error>
#include <utility>

namespace ringscope {

CurveCache::CurveCache() : work_(calculate_curve) {}

void CurveCache::update(const CurveRequest& request) {
    if (request_ && *request_ == request) {
        if (!calculating_) return;
        calculating_ = work_.busy();  // before the answer is taken: what comes between is taken next time
        if (auto curve = work_.take()) curve_ = std::make_shared<const TimeCurve>(std::move(*curve));
        return;
    }
    const bool another_axis = request_ && request_->kind != request.kind;
    if (another_axis) curve_.reset();
    request_ = request;
    try {
        work_.ask(request);
        calculating_ = true;
    } catch (const std::system_error& error) {
        TimeCurve refused{.request = request};
        refused.problem = std::string("no thread could be started to calculate it: ") + error.what();
        curve_ = std::make_shared<const TimeCurve>(std::move(refused));
        calculating_ = false;
    }
}

void CurveCache::pause() {
    if (std::exchange(calculating_, false)) work_.drop();
    request_.reset();
    curve_.reset();
}

}  // namespace ringscope
