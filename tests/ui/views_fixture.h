// Views in a Dear ImGui context without a window: drawn frame by frame, clicked, items found by name.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "ui/views/numbers/metrics_bar.h"
#include "ui/views/view_frame.h"
#include "ui/views/view_list.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/time_axis.h"

namespace ringscope {

/// Draws any view in a Dear ImGui context without a window; vertices must be finite in every frame.
class Views : public ::testing::Test {
  protected:
    void SetUp() override {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
        feed_mouse_position({-1000, -1000});
    }
    void TearDown() override { ImGui::DestroyContext(); }

    enum class View { pattern, ring, timeline, memory, metrics };
    static constexpr View kViews[] = {View::pattern, View::ring, View::timeline, View::memory, View::metrics};

    void draw_view(View view, ViewContext& context, ImVec2 size) {
        switch (view) {
            case View::pattern:
                return ringscope::draw_view(pattern_, context, size);
            case View::ring:
                return ringscope::draw_view(ring_, context, size);
            case View::timeline:
                return ringscope::draw_view(timeline_, context, size);
            case View::memory:
                return ringscope::draw_view(memory_, context, size);
            case View::metrics:
                return metrics_.draw(context, size);
        }
    }

    /// Of the run given last, or made for another.
    std::shared_ptr<const RunIndex> index_of(const std::shared_ptr<const ringscope::Run>& run) {
        if (run && run != indexed_) index_ = std::make_shared<const RunIndex>(*run);
        if (run) indexed_ = run;
        return run ? index_ : nullptr;
    }

    void frame(View view, const std::shared_ptr<const Schedule>& plan,
               const std::shared_ptr<const ringscope::Run>& run, ImVec2 size, ViewActions actions = {}) {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {std::max(size.x, 1.0f) + 20, std::max(size.y, 1.0f) + 20};
        io.DeltaTime = 1.0f / 60;
        ImGui::NewFrame();
        items_.begin_frame();
        ImGui::SetNextWindowPos({0, 0});
        ImGui::SetNextWindowSize(io.DisplaySize);
        ImGui::Begin("view", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings);
        Prediction prediction;
        if (plan) prediction = predict(*plan);
        ViewContext context{.plan = plan,
                            .prediction = plan ? &prediction : nullptr,
                            .run = run,
                            .run_index = index_of(run),
                            .run_is_current = true,
                            .selection = selection_,
                            .clock = clock_,
                            .items = items_,
                            .theme = theme_};
        context.actions = actions;
        draw_view(view, context, size);
        ImGui::End();
        ImGui::Render();
        selection_.hovered = selection_.next_hovered;
        selection_.next_hovered = {};
        expect_finite();
    }

    static void expect_finite() {
        const ImDrawData* data = ImGui::GetDrawData();
        for (int i = 0; i < data->CmdListsCount; ++i) {
            for (const ImDrawVert& vertex : data->CmdLists[i]->VtxBuffer) {
                ASSERT_TRUE(std::isfinite(vertex.pos.x) && std::isfinite(vertex.pos.y));
            }
        }
    }

    void click(View view, const std::shared_ptr<const Schedule>& plan,
               const std::shared_ptr<const ringscope::Run>& run, ImVec2 size, ImVec2 at) {
        feed_mouse_position(at);
        frame(view, plan, run, size);
        feed_mouse_button(0, true);
        frame(view, plan, run, size);
        feed_mouse_button(0, false);
        frame(view, plan, run, size);
    }

    ImVec2 centre_of(const char* name) {
        const Item* item = items_.find(name);
        EXPECT_NE(item, nullptr) << name;
        return item ? item->centre() : ImVec2{0, 0};
    }

    PatternView pattern_;
    RingView ring_;
    TimelineView timeline_;
    MemoryView memory_;
    MetricsBar metrics_;
    Selection selection_{.focused = &TimelineView::kInfo};
    Clock clock_;
    ItemRegistry items_;
    std::shared_ptr<const ringscope::Run> indexed_;
    std::shared_ptr<const RunIndex> index_;  // of indexed_
    Theme theme_ = make_theme(ThemeName::dark, 1);
};

}  // namespace ringscope
