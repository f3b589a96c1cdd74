// "running 43%" on standard error while a run is under way.
#pragma once

#include <string>
#include <thread>

#include "engine/run/progress.h"

namespace ringscope {

/// Shows progress until destroyed, and then removes it. Does nothing where can_show_progress() does not hold.
class ProgressLine {
  public:
    /// `before` begins the line: "7 of 40, ".
    explicit ProgressLine(const Progress& progress, std::string before = "");
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

  private:
    std::jthread thread_;
};

}  // namespace ringscope
