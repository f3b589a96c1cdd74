#include "ui/tabs/simulate/machine_list.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/tabs/simulate/machine_words.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr int kMostDrawnDevices = 8;  // per host

std::string tooltip_of(const MachineEntry& entry) {
    std::string text = entry.machine->name + (entry.is_own ? ", of your own" : "") + "\n" +
                       entry.machine->title + "\n" + devices_words(*entry.machine) + ", " +
                       bytes_text(static_cast<double>(entry.machine->device.memory_bytes)) + " each";
    for (const std::string& line : link_lines(*entry.machine)) text += "\n" + line;
    return text;
}

/// One host: its inner link as a bar, a port from it to every device.
class HostPicture {
  public:
    HostPicture(const MachineModel& machine, const TopologyFigure& figure, const std::vector<bool>& at_work,
                ImDrawList& list, const Theme& theme)
        : machine_(machine), figure_(figure), at_work_(at_work), list_(list), theme_(theme) {}

    void draw(int host, const Box& box) {
        add_rect(list_, box.min, box.max, theme_.border);
        const float pad = theme_.px(3), bar = theme_.px(3);
        Box inside{{box.min.x + pad, box.min.y + pad}, {box.max.x - pad, box.max.y - pad}};
        if (inside.empty()) return;
        const bool linked = machine_.devices_per_host > 1;
        if (linked) list_.AddRectFilled(inside.min, {inside.max.x, inside.min.y + bar}, theme_.text_dim);
        const float top = inside.min.y + (linked ? 3 * bar : 0);
        const float slot = inside.width() / static_cast<float>(figure_.devices);
        const float side = std::min(slot * 0.75f, inside.max.y - top);
        if (side < 1) return;
        const auto first = static_cast<size_t>(host) * static_cast<size_t>(machine_.devices_per_host);
        for (int device = 0; device < figure_.devices; ++device) {
            const float x = inside.min.x + slot * (static_cast<float>(device) + 0.5f);
            if (linked) list_.AddLine({x, inside.min.y + bar}, {x, top}, theme_.text_dim);
            const ImVec2 min{x - side / 2, top}, max{x + side / 2, top + side};
            if (at_work_[first + static_cast<size_t>(device)]) list_.AddRectFilled(min, max, theme_.accent);
            add_rect(list_, min, max, theme_.text_dim);
        }
    }

  private:
    const MachineModel& machine_;
    const TopologyFigure& figure_;
    const std::vector<bool>& at_work_;
    ImDrawList& list_;
    const Theme& theme_;
};

/// What lies between hosts, as a bar over them with a stroke down to each.
void draw_hosts(const MachineModel& machine, const TopologyFigure& figure, const Canvas& canvas, int ranks,
                const Theme& theme) {
    const std::vector<bool> at_work = devices_at_work(machine, ranks);
    HostPicture host_picture(machine, figure, at_work, *canvas.list, theme);
    const bool linked = machine.hosts > 1;
    const float bar = theme.px(3), top = canvas.box.min.y + (linked ? 4 * bar : 0);
    const std::string more = figure.more_hosts > 0 ? "+" + count_text(figure.more_hosts) : "";
    const float right =
        canvas.box.max.x - (more.empty() ? 0 : text_size(theme.small_font, more).x + theme.px(4));
    const float slot = (right - canvas.box.min.x) / static_cast<float>(figure.hosts);
    const float gap = linked ? std::min(theme.px(4), slot * 0.2f) : 0;
    if (slot <= 1 || top + 1 >= canvas.box.max.y) return;
    if (linked)
        canvas.list->AddRectFilled(canvas.box.min, {canvas.box.max.x, canvas.box.min.y + bar},
                                   theme.text_dim);
    for (int host = 0; host < figure.hosts; ++host) {
        const float left = canvas.box.min.x + slot * static_cast<float>(host);
        const Box box{{left, top}, {left + slot - gap, canvas.box.max.y}};
        const float middle = (box.min.x + box.max.x) / 2;
        if (linked) canvas.list->AddLine({middle, canvas.box.min.y + bar}, {middle, top}, theme.text_dim);
        host_picture.draw(host, box);
    }
    draw_text(*canvas.list, theme.small_font, {right + theme.px(2), top + bar}, theme.text_dim, more,
              canvas.box);
}

}  // namespace

size_t first_choice(const std::vector<MachineEntry>& machines, int ranks) {
    const auto found = std::find_if(machines.begin(), machines.end(), [&](const MachineEntry& entry) {
        const MachineModel& machine = *entry.machine;
        return entry.is_own || (machine.device.kind == DeviceKind::gpu && machine.hosts == 1 &&
                                machine.most_ranks() >= ranks);
    });
    return found == machines.end() ? 0 : static_cast<size_t>(found - machines.begin());
}

int draw_machine_list(const std::vector<MachineEntry>& machines, const std::string& chosen, float height,
                      WidgetContext ui) {
    int clicked = -1;
    begin_flat_child("##machines", {0, height});
    for (int i = 0; i < static_cast<int>(machines.size()); ++i) {
        const MachineEntry& entry = machines[static_cast<size_t>(i)];
        const std::string& name = entry.machine->name;
        const std::string count = count_text(entry.machine->devices()) + (entry.is_own ? " own" : "");
        const float room = ImGui::GetContentRegionAvail().x, width = ImGui::CalcTextSize(count.c_str()).x;
        const std::string shown = fitted(name, room - width - ImGui::GetStyle().ItemSpacing.x);
        if (ImGui::Selectable((shown + "##" + name).c_str(), name == chosen)) clicked = i;
        ui.items.add_last("simulate/machine/" + name, entry.machine->title);
        tooltip(ui.theme, tooltip_of(entry));
        if (room <= width) continue;
        const ImVec2 end = ImGui::GetItemRectMax(), top = ImGui::GetItemRectMin();
        ImGui::GetWindowDrawList()->AddText({end.x - width - ImGui::GetStyle().ItemSpacing.x / 2,
                                             top.y + ImGui::GetStyle().ItemSpacing.y / 2},
                                            ui.theme.text_dim, count.c_str());
    }
    ImGui::EndChild();
    return clicked;
}

void draw_topology(const MachineModel& machine, int ranks, WidgetContext ui) {
    const float width = ImGui::GetContentRegionAvail().x;
    const int most_hosts = std::max(1, static_cast<int>(width / ui.theme.px(32)));
    const TopologyFigure figure = topology_figure(machine, most_hosts, kMostDrawnDevices);
    const float height = ui.theme.px(machine.hosts > 1 ? 46 : 40);
    const Canvas canvas = begin_canvas("simulate/topology", {width, height}, ui.items,
                                       devices_words(machine) + ", " + count_text(ranks) + " ranks");
    draw_hosts(machine, figure, canvas, ranks, ui.theme);
    if (canvas.hovered) tooltip(devices_words(machine) + "\nFilled: devices that have a rank of the ring.");
    wrapped_item(ui, "simulate/machine/title", machine.title, ui.theme.text);
    push_font(ui.theme.small_font);
    const std::vector<std::string> lines = link_lines(machine);
    for (size_t i = 0; i < lines.size(); ++i)
        wrapped_item(ui, "simulate/link " + std::to_string(i + 1), lines[i], ui.theme.text_dim);
    pop_font();
}

}  // namespace ringscope
