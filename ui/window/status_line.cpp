#include "ui/window/status_line.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

double share_done(const Inputs& in) {
    return in.work_total > 0 ? std::clamp(in.work_done / in.work_total, 0.0, 1.0) : 0;
}

ImU32 colour_of(Notice::Level level, const Theme& theme) {
    if (level == Notice::Level::error) return theme.error;
    return level == Notice::Level::warning ? theme.warning : theme.text;
}

const char* word_of(Notice::Level level) {
    if (level == Notice::Level::error) return "error: ";
    return level == Notice::Level::warning ? "warning: " : "";
}

void progress_bar(const Inputs& in, WidgetContext ui) {
    const ImVec2 size{ui.theme.px(90), ImGui::GetTextLineHeight() * 0.6f};
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({size.x, ImGui::GetTextLineHeight()});
    ui.items.add_last("status/progress", percent_text(share_done(in)));
    const ImVec2 min{at.x, at.y + ImGui::GetTextLineHeight() * 0.2f};
    const ImVec2 max{min.x + size.x, min.y + size.y};
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(min, {min.x + size.x * static_cast<float>(share_done(in)), max.y}, ui.theme.accent);
    add_rect(list, min, max, ui.theme.border);
    ImGui::SameLine();
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string file_text(const Inputs& in) {
    if (in.run_file.empty()) return "no run file";
    std::string text = file_name(in.run_file);
    if (in.run_file_unmade) return "nothing saved yet";
    if (in.saved)
        text += ", " + count_text(static_cast<int64_t>(in.saved->size())) +
                (in.saved->size() == 1 ? " run" : " runs");
    if (!in.run_file_message.empty()) text += " (!)";
    return text;
}

}  // namespace

std::string engine_text(const Inputs& in) {
    if (!in.busy) return "idle";
    std::string text = *in.phase ? in.phase : "running";
    const double done = share_done(in);
    text += ' ';
    if (done <= 0) return text + seconds_text(in.running_seconds);
    text += percent_text(done);
    // Early estimates jump about: they are shown when there is something to go by.
    if (done > 0.02 && in.running_seconds > 0.5)
        text += ", about " + seconds_text(in.running_seconds * (1 - done) / done) + " left";
    return text;
}

void draw_status_line(Shell& shell) {
    const WidgetContext ui = shell.widgets();
    const float left = ImGui::GetCursorPosX();
    const float whole = ImGui::GetContentRegionAvail().x;
    if (shell.in.busy) progress_bar(shell.in, ui);
    text_item(ui, "status/engine", engine_text(shell.in),
              shell.in.busy ? ui.theme.accent : ui.theme.text_dim);
    const std::string file = file_text(shell.in);
    const float file_width = ImGui::CalcTextSize(file.c_str()).x;
    const float gap = ui.theme.px(16);
    ImGui::SameLine(0, gap);
    const float room = left + whole - file_width - gap - ImGui::GetCursorPosX();
    if (!shell.log.empty() && room > ui.theme.px(40)) {
        const Notice& notice = shell.log.back();
        const std::string text = word_of(notice.level) + notice.text;
        text_item(ui, "status/notice", fitted(text, room), colour_of(notice.level, ui.theme));
        tooltip(ui.theme, text + "\nClick for all messages.");
        if (ImGui::IsItemClicked()) shell.log_open = true;
        ImGui::SameLine();
    }
    ImGui::SameLine(std::max(ImGui::GetCursorPosX(), left + whole - file_width));
    const bool warn = !shell.in.run_file_message.empty() && !shell.in.run_file_unmade;
    text_item(ui, "status/file", file, warn ? ui.theme.warning : ui.theme.text_dim);
    const std::string& message = shell.in.run_file_message;
    tooltip(ui.theme, shell.in.run_file + (message.empty() ? "" : "\n" + message));
}

void draw_log(Shell& shell) {
    if (!shell.log_open) return;
    const WidgetContext ui = shell.widgets();
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowSize({screen->Size.x * 0.6f, screen->Size.y * 0.5f}, ImGuiCond_Appearing);
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x * 0.2f, screen->Pos.y + screen->Size.y * 0.25f},
                            ImGuiCond_Appearing);
    if (ImGui::Begin("Messages", &shell.log_open,
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoCollapse)) {
        if (shell.log.empty()) text_item(ui, "log/empty", "No messages yet.", ui.theme.text_dim);
        for (size_t i = shell.log.size(); i-- > 0;)
            wrapped_item(ui, "log/" + std::to_string(i), word_of(shell.log[i].level) + shell.log[i].text,
                         colour_of(shell.log[i].level, ui.theme));
    }
    ImGui::End();
}

}  // namespace ringscope
