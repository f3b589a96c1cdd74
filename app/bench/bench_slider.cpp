// From a turned slider of the Simulate tab to the frame that shows its time, on the wall: the layout in time, on a
// thread where it is long, and building the frames meanwhile. Without drawing triangles, which is the GPU's part.
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "app/bench/bench.h"
#include "app/window/fonts.h"
#include "app/window/imgui_context.h"
#include "engine/base/error.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/ui.h"

namespace ringscope {

namespace {

constexpr int kTurns = 31;  // odd: the median is a measurement
constexpr double kFrameSeconds = 1.0 / 60;

/// Hosts of 8 GPUs with a network card each, in round numbers near an H100's.
std::shared_ptr<const MachineModel> hosts_of_eight(int hosts) {
    MachineModel machine;
    machine.name = machine.title = "bench";
    machine.hosts = hosts;
    machine.devices_per_host = 8;
    machine.device.name = "GPU";
    machine.device.memory_bytes = int64_t{80} << 30;
    machine.device.peaks = {{DType::bf16, 1e15}};
    machine.device.curves = {{DType::bf16, 128, false, 0.6, 200, 20}, {DType::bf16, 128, true, 0.5, 200, 20}};
    machine.device.launch_seconds = 5e-6;
    machine.device.pack_bytes_per_second = machine.device.merge_bytes_per_second = 2e12;
    LinkModel port, card;
    port.name = "port";
    port.latency_seconds = 2e-6;
    port.bytes_per_second = 4e11;
    card.name = "card";
    card.scope = LinkScope::host;
    card.count = 8;
    card.latency_seconds = 5e-6;
    card.bytes_per_second = 5e10;
    machine.links = {port, card};
    machine.same_host = "port";
    machine.between_hosts = "card";
    return std::make_shared<const MachineModel>(machine);
}

Experiment full_attention(int ranks, Layout layout) {
    Experiment e;
    e.problem.seq_len = 1 << 20;
    e.problem.heads = 32;
    e.problem.kv_heads = 8;
    e.problem.head_dim = 128;
    e.problem.dtype = DType::bf16;
    e.problem.causal = true;
    e.problem.head_groups = {{1 << 20, 1, {}, {}}};
    e.ring.ranks = ranks;
    e.ring.layout = layout;
    return e;
}

double milliseconds() {
    using namespace std::chrono;
    return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

/// The window with the tab in front, and a mouse on a slider.
class SliderWindow {
  public:
    SliderWindow(const Experiment& experiment, std::stop_token stop) : stop_(std::move(stop)) {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {1920, 1080};
        io.DeltaTime = static_cast<float>(kFrameSeconds);
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        ui_.set_fonts(load_fonts(1).fonts);
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
        ui_.set_auto_run(false);
        ui_.set_experiment(experiment);
        ui_.show_view("simulate");
        in_.machines = std::make_shared<const std::vector<MachineEntry>>(
            std::vector<MachineEntry>{{hosts_of_eight(8), "", false}});
        settle();
    }

    /// Drags to another place every time, and waits for the picture of it. The curve over the same slider stays.
    std::vector<double> turn() {
        const Item slider = *ui_.items().find("simulate/bandwidth");
        std::vector<double> times;
        feed_mouse_position(slider.centre());
        frame();
        feed_mouse_button(0, true);
        frame();
        for (int i = 0; i < kTurns; ++i) {
            const float share = 0.1f + 0.025f * static_cast<float>(i);
            feed_mouse_position({slider.min.x + share * (slider.max.x - slider.min.x), slider.centre().y});
            const double begin = milliseconds();
            frame();
            while (ui_.planning()) {  // as the frame loop sleeps
                std::this_thread::sleep_for(std::chrono::duration<double>(ui_.seconds_to_next_frame()));
                frame();
            }
            times.push_back(milliseconds() - begin);
        }
        feed_mouse_button(0, false);
        settle();
        return times;
    }

  private:
    void settle() {
        do frame();
        while (ui_.planning());
        frame();
    }
    void frame() {
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
        in_.seconds += kFrameSeconds;
        ImGui::NewFrame();
        ui_.draw(in_);
        ImGui::Render();
    }

    const ImGuiContextOwner context_;
    Ui ui_;
    Inputs in_;
    std::stop_token stop_;
};

double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1,
                           static_cast<size_t>(share * static_cast<double>(values.size())))];
}

}  // namespace

nlohmann::ordered_json bench_slider(std::stop_token stop) {
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    for (const Layout layout : {Layout::contiguous, Layout::zigzag})
        for (const int ranks : {8, 16, 64}) {
            SliderWindow window(full_attention(ranks, layout), stop);
            const std::vector<double> times = window.turn();
            report["results"].push_back({{"ranks", ranks},
                                         {"layout", name_of(layout)},
                                         {"slider_to_picture_ms_median", quantile(times, 0.5)},
                                         {"slider_to_picture_ms_p90", quantile(times, 0.9)}});
        }
    return report;
}

}  // namespace ringscope
