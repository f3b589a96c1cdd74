#include "app/window/frame_loop.h"

#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <variant>

#include "app/window/fonts.h"
#include "app/window/svg_picture.h"
#include "sessions/atomic_file.h"
#include "sessions/experiment_file.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

/// Popups and hover take a few frames to settle after an event.
constexpr int kSettlingFrames = 4;
constexpr double kProgressSeconds = 0.1;
/// wake() ends a sleep: the limit only bounds what a lost event could cost.
constexpr double kSleepSeconds = 60;

}  // namespace

FrameLoop::FrameLoop(Surface& surface, Controller& controller, Ui& content)
    : surface_(surface), controller_(controller), content_(content) {}

double FrameLoop::seconds() const {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// The atlas of Dear ImGui 1.86 holds letters of fixed sizes.
void FrameLoop::follow_scale() {
    content_.set_display_scale(surface_.content_scale());
    if (content_.scale() == font_scale_) return;
    font_scale_ = content_.scale();
    const LoadedFonts loaded = load_fonts(font_scale_);
    if (!loaded.problem.empty()) controller_.notify(Notice::Level::warning, loaded.problem);
    content_.set_fonts(loaded.fonts);
    surface_.remake_font_texture();
}

void FrameLoop::feed_mouse() {
    if (!mouse.active) return;
    feed_mouse_position({mouse.x, mouse.y});
    for (int button = 0; button < 3; ++button) feed_mouse_button(button, mouse.down[button]);
    if (mouse.wheel != 0) feed_mouse_wheel(0, mouse.wheel);
    mouse.wheel = 0;
}

void FrameLoop::draw_frame() {
    follow_scale();
    surface_.begin_frame();
    feed_mouse();
    Inputs inputs = controller_.inputs(seconds());
    inputs.keys = surface_.keys().play_into_imgui();
    ImGui::NewFrame();
    const Commands commands = content_.draw(inputs);
    ImGui::Render();
    surface_.draw(ImGui::GetDrawData());
    carry_out(commands);
    // After present() the back buffer holds nothing in particular.
    if (picture_) *picture_ = surface_.read_picture();
    surface_.present();
    take_asked_pictures();
}

void FrameLoop::carry_out(const Commands& commands) {
    controller_.carry_out(commands);
    for (const Command& command : commands) {
        if (const auto* copy = std::get_if<CopyText>(&command)) ImGui::SetClipboardText(copy->text.c_str());
        if (std::holds_alternative<Quit>(command)) quitting_ = true;
        if (const auto* picture = std::get_if<TakePicture>(&command)) asked_pictures_.push_back(*picture);
    }
}

/// The frame that asked still shows the question.
void FrameLoop::take_asked_pictures() {
    const std::vector<TakePicture> asked = std::move(asked_pictures_);
    asked_pictures_.clear();
    for (const TakePicture& picture : asked) {
        for (int i = 0; i < kSettlingFrames; ++i) draw_frame();
        try {
            save_picture(picture.path, picture.area, {});
            controller_.notify(Notice::Level::info, "Wrote " + picture.path);
        } catch (const Error& error) {
            controller_.notify(Notice::Level::error, error.what());
        }
    }
}

void FrameLoop::run(std::stop_token stop) {
    const std::stop_callback wake_up(stop, [this] { surface_.wake(); });
    int frames_left = kSettlingFrames;
    while (!quitting_ && !surface_.closing() && !stop.stop_requested()) {
        double pause = std::min(kSleepSeconds, content_.seconds_to_next_frame());
        if (controller_.busy()) pause = std::min(pause, kProgressSeconds);
        const bool due = pause < kSleepSeconds;
        if (frames_left > 0 || surface_.keys().waiting()) pause = 0;
        if (surface_.wait_events(pause)) frames_left = kSettlingFrames;
        if (frames_left == 0 && !due) continue;
        frames_left = std::max(0, frames_left - 1);
        draw_frame();
    }
}

PictureArea FrameLoop::area_of(const std::string& item) const {
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    Item whole{{0, 0}, size, "", true};
    const Item* found = item.empty() ? &whole : content_.items().find(item);
    if (!found)
        throw Error(ErrorKind::bad_input, "there is no '" + item + "' on the screen to take a picture of");
    const auto whole_pixel = [](float value, float most) {
        return static_cast<int>(std::lround(std::clamp(value, 0.0f, most)));
    };
    const int left = whole_pixel(found->min.x, size.x), top = whole_pixel(found->min.y, size.y);
    return {left, top, whole_pixel(found->max.x, size.x) - left, whole_pixel(found->max.y, size.y) - top};
}

void FrameLoop::save_picture(const std::string& path, const std::string& area, const std::stop_token& stop) {
    controller_.require_unused(path);
    const bool as_svg = path.ends_with(".svg");
    ImGuiStyle& style = ImGui::GetStyle();
    const ImGuiStyle before = style;
    if (as_svg) style.AntiAliasedLines = style.AntiAliasedLinesUseTex = style.AntiAliasedFill = false;
    Picture picture;
    if (!as_svg) picture_ = &picture;
    draw_frame();
    picture_ = nullptr;
    const PictureArea part = area_of(area);
    if (as_svg) {
        style = before;
        const SvgCaption caption{"RingScope", experiment_to_json(content_.experiment())};
        AtomicFile file(path, stop);
        file.write(svg_picture(*ImGui::GetDrawData(), content_.items(), part, caption));
        file.commit();
        return;
    }
    // A display may have several pixels for one of ImGui's.
    const ImVec2 pixels = ImGui::GetIO().DisplayFramebufferScale;
    const auto scaled = [](int value, float by) {
        return static_cast<int>(std::lround(static_cast<float>(value) * by));
    };
    save_png(cropped(picture, {scaled(part.x, pixels.x), scaled(part.y, pixels.y),
                               scaled(part.width, pixels.x), scaled(part.height, pixels.y)}),
             path, stop);
}

}  // namespace ringscope
