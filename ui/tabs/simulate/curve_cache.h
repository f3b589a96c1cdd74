// The curve that is asked for, calculated point by point on a thread.
#pragma once

#include <memory>
#include <optional>

#include "ui/tabs/simulate/latest_work.h"
#include "ui/tabs/simulate/time_curve.h"

namespace ringscope {

/// One thread.
class CurveCache {
  public:
    CurveCache();
    /// Asks for the curve when it differs from the last call's, and takes what was calculated meanwhile. Never waits.
    void update(const CurveRequest& request);
    /// Nothing is wanted now: what is under way is stopped.
    void pause();

    /// While calculating(), as far as it came, or of the request before. Null before the first point.
    const std::shared_ptr<const TimeCurve>& curve() const { return curve_; }
    bool calculating() const { return calculating_; }
    /// The curve is of the request, if not yet all of it.
    bool is_current() const { return curve_ && request_ && curve_->request == *request_; }

  private:
    std::optional<CurveRequest> request_;
    std::shared_ptr<const TimeCurve> curve_;
    bool calculating_ = false;
    LatestWork<CurveRequest, TimeCurve> work_;
};

}  // namespace ringscope
