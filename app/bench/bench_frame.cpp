// CPU time to build a frame of the whole window, in a Dear ImGui context without a renderer: what a person
// waits for at each zoom while dragging, and after a changed setting. Drawing the triangles is the GPU's
// part and is not in it.
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/bench/bench.h"
#include "app/window/fonts.h"
#include "app/window/imgui_context.h"
#include "engine/base/error.h"
#include "ui/keys.h"
#include "ui/views/view_list.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/ui.h"

namespace ringscope {

namespace {

constexpr int64_t kSpans = 1'000'000;
constexpr int kWarmFrames = 8;
constexpr int kFrames = 240;
constexpr int kSettingRounds = 7;   // odd: the median is a measurement
constexpr float kWheelZoom = 0.8f;  // of both views, a notch
constexpr double kFrameSeconds = 1.0 / 60;

/// assets/experiments/long-segments-1m.json
Experiment long_segments() {
    Experiment e;
    e.problem.seq_len = 1 << 20;
    e.problem.heads = 32;
    e.problem.head_dim = 128;
    e.problem.dtype = DType::bf16;
    e.problem.head_groups = {
        {8192, 1, {}, {}}, {65536, 8, {}, {}}, {262144, 32, {}, {}}, {1048576, 128, {}, {}}};
    e.ring.ranks = 8;
    return e;
}

/// Fills a trace of the schedule's transfers and of `spans` spans in all, whose lengths scatter: in every
/// step of a rank a chain of compute with gaps of waiting, and transfers beside it.
class TraceMaker {
  public:
    TraceMaker(const Schedule& schedule, int64_t spans, Trace& trace) : schedule_(schedule), trace_(trace) {
        trace.transfers.resize(schedule.transfers.size());
        trace.spans.reserve(static_cast<size_t>(spans));
        for (int rank = 0; rank < schedule.ranks; ++rank)
            fill_rank(rank, spans * (rank + 1) / schedule.ranks);
    }

  private:
    int64_t random(int64_t below) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<int64_t>(state_ >> 33) % below;
    }

    void add(int rank, int step, SpanKind kind, int64_t begin, int64_t end, int owner) {
        Span span{.rank = rank, .step = step, .kind = kind, .owner = owner};
        if (kind == SpanKind::wait) span.cause = random(2) ? WaitCause::late_peer : WaitCause::link;
        span.begin_ns = begin;
        span.end_ns = end;
        trace_.spans.push_back(span);
    }

    void fill_rank(int rank, int64_t until) {
        const auto first = static_cast<int64_t>(trace_.spans.size());
        int64_t now = 0;
        for (int step = 0; step < schedule_.steps; ++step) {
            sample(rank, step, now);
            add_transfers(rank, step, now);
            const int64_t step_until = first + (until - first) * (step + 1) / schedule_.steps;
            while (static_cast<int64_t>(trace_.spans.size()) < step_until) {
                const int64_t end = now + 200 + random(20000);
                const SpanKind kind = random(8) == 0   ? SpanKind::merge
                                      : random(6) == 0 ? SpanKind::wait
                                                       : SpanKind::compute;
                add(rank, step, kind, now, end,
                    kind == SpanKind::compute ? (rank + step) % schedule_.ranks : -1);
                now = end + random(300);
            }
            sample(rank, step, now);
        }
        trace_.wall_ns = std::max(trace_.wall_ns, now);
    }

    void add_transfers(int rank, int step, int64_t now) {
        for (size_t i = 0; i < schedule_.transfers.size(); ++i) {
            const Transfer& transfer = schedule_.transfers[i];
            if (transfer.step != step + 1 || (transfer.from != rank && transfer.to != rank)) continue;
            const bool sends = transfer.from == rank;
            add(rank, step, sends ? SpanKind::send : SpanKind::receive, now, now + 10'000'000, -1);
            Span& span = trace_.spans.back();
            span.transfer = static_cast<int32_t>(i);
            span.peer = sends ? transfer.to : transfer.from;
            span.bytes = transfer.bytes;
            if (!sends) trace_.transfers[i] = {now, now, now, now + 10'000'000};
        }
    }

    void sample(int rank, int step, int64_t now) {
        const RankPlan& plan = schedule_.rank_plans[static_cast<size_t>(rank)];
        trace_.memory.push_back({rank, step, now, plan.predicted, plan.predicted_peak_bytes()});
    }

    const Schedule& schedule_;
    Trace& trace_;
    uint64_t state_ = 1;
};

std::shared_ptr<const Run> made_up_run() {
    auto run = std::make_shared<Run>();
    run->experiment = long_segments();
    run->schedule = std::make_shared<const Schedule>(plan(run->experiment));
    run->device = "cpu";
    run->kernel = "bench";
    TraceMaker(*run->schedule, kSpans, run->trace);
    std::vector<RankCounters> counters(static_cast<size_t>(run->schedule->ranks));
    for (RankCounters& counter : counters) counter.core_seconds = 1;
    run->metrics = derive_metrics(*run->schedule, run->trace, counters);
    return run;
}

double cpu_milliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1,
                           static_cast<size_t>(share * static_cast<double>(values.size())))];
}

/// How near each view is looked at: as far as it can be, and once where nothing zooms.
std::vector<double> zooms_of(const ViewInfo& view) {
    if (&view == &TimelineView::kInfo) return {1, 10, 100, 1000, 10000, 100000};
    if (&view == &MemoryView::kInfo) return {1, 10, 100, 10000};
    if (&view == &PatternView::kInfo) return {1, 4, 16, 128, 1024, 16384, 262144};
    return {1};
}

/// A view of the window with a run in it, and a mouse that drags.
class BenchWindow {
  public:
    BenchWindow(const std::shared_ptr<const Run>& run, const std::shared_ptr<const RunIndex>& index,
                const std::string& view, std::stop_token stop)
        : view_(view), stop_(std::move(stop)) {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {1920, 1080};
        io.DeltaTime = static_cast<float>(kFrameSeconds);
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        ui_.set_fonts(load_fonts(1).fonts);
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
        ui_.set_auto_run(false);
        ui_.set_experiment(run->experiment);
        ui_.show_view(view);
        frame();  // before the run is there
        in_.run = run;
        in_.run_index = index;
        first_frame_ms_ = frame();
    }

    double first_frame_ms() const { return first_frame_ms_; }

    /// So that 1 / zoom of the whole is shown, round the middle of the view.
    void zoom_in(double zoom) {
        hover();
        feed_mouse_wheel(0, static_cast<float>(std::log(1 / zoom) / std::log(kWheelZoom)));
        for (int i = 0; i < kWarmFrames; ++i) frame();
    }

    /// Each frame drags the view to and fro by a few pixels, so that none is like the one before; the ring,
    /// which has nothing to drag, plays.
    std::vector<double> drag_frames() {
        std::vector<double> times;
        if (view_ == RingView::kInfo.name) in_.keys = {kKeySpace};
        feed_mouse_button(1, true);
        for (int i = 0; i < kFrames; ++i) {
            const float way = static_cast<float>(i % 60 < 30 ? i % 30 : 30 - i % 30);
            feed_mouse_position({centre_.x + 3 * way, centre_.y + 2 * way});
            times.push_back(frame());
        }
        feed_mouse_button(1, false);
        frame();
        return times;
    }

    /// From a changed setting to the frame that shows it, for the slowest of some settings.
    double settings_to_frame_ms() {
        const Experiment before = ui_.experiment();
        double slowest = 0;
        for (const auto& change : changes()) {
            std::vector<double> times;
            for (int i = 0; i < kSettingRounds; ++i) {
                Experiment changed = before;
                change(changed);
                const double begin = cpu_milliseconds();
                ui_.set_experiment(changed);
                frame();
                times.push_back(cpu_milliseconds() - begin);
                ui_.set_experiment(before);
                frame();
            }
            slowest = std::max(slowest, quantile(times, 0.5));
        }
        return slowest;
    }

  private:
    static std::vector<std::function<void(Experiment&)>> changes() {
        return {[](Experiment& e) { e.problem.head_groups[1].segment_length *= 2; },
                [](Experiment& e) { e.problem.head_groups[0].dilation_rate = 2; },
                [](Experiment& e) { e.problem.causal = true; },
                [](Experiment& e) { e.ring.ranks = 64; },
                [](Experiment& e) { e.ring.layout = Layout::zigzag; },
                [](Experiment& e) {
                    e.ring.layout = Layout::striped;
                    e.ring.stripe_block.tokens = 0;
                },
                [](Experiment& e) { e.ring.strategy = Strategy::all_gather; }};
    }

    void hover() {
        const Item* item = ui_.items().find(find_view(view_)->picture);
        RINGSCOPE_CHECK(item != nullptr);
        centre_ = item->centre();
        feed_mouse_position(centre_);
        frame();
        frame();
    }

    double frame() {
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
        in_.seconds += kFrameSeconds;
        const double begin = cpu_milliseconds();
        ImGui::NewFrame();
        ui_.draw(in_);
        ImGui::Render();
        const double took = cpu_milliseconds() - begin;
        in_.keys.clear();
        return took;
    }

    const ImGuiContextOwner context_;
    Ui ui_;
    Inputs in_;
    std::string view_;
    std::stop_token stop_;
    ImVec2 centre_{};
    double first_frame_ms_ = 0;
};

}  // namespace

nlohmann::ordered_json bench_frame(std::stop_token stop) {
    const std::shared_ptr<const Run> run = made_up_run();
    const auto index = std::make_shared<const RunIndex>(*run);
    nlohmann::ordered_json report{{"seq_len", run->experiment.problem.seq_len},
                                  {"ranks", run->schedule->ranks},
                                  {"results", nlohmann::ordered_json::array()}};
    for (const ViewEntry& entry : view_list())
        for (const double zoom : zooms_of(*entry.info)) {
            const std::string view = entry.info->name;
            BenchWindow window(run, index, view, stop);
            window.zoom_in(zoom);
            const std::vector<double> times = window.drag_frames();
            report["results"].push_back({{"view", view},
                                         {"zoom", static_cast<int64_t>(zoom)},
                                         {"spans", run->trace.spans.size()},
                                         {"frame_ms_median", quantile(times, 0.5)},
                                         {"frame_ms_p99", quantile(times, 0.99)},
                                         {"settings_to_frame_ms", window.settings_to_frame_ms()},
                                         {"first_frame_ms", window.first_frame_ms()}});
        }
    return report;
}

}  // namespace ringscope
