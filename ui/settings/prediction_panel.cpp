#include "ui/settings/prediction_panel.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/settings/step_times.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kDimmed = 0.5f;

class Panel {
  public:
    Panel(const PlanCache& plan, const Run* run, Selection& selection, WidgetContext ui)
        : schedule_(*plan.schedule()),
          p_(plan.prediction()),
          time_(plan.time()),
          timing_(plan.timing()),
          run_(run),
          selection_(selection),
          ui_(ui) {}

    std::string draw() {
        time();
        numbers();
        const std::string steps = step_times();
        const std::string ranks = twin();
        bars();
        return steps.empty() ? ranks : steps;
    }

  private:
    void line(const char* name, const std::string& label, const std::string& value, const std::string& help,
              ImU32 colour = 0) {
        const float left = ImGui::GetCursorPosX();
        const float right = left + ImGui::GetContentRegionAvail().x;
        ImGui::PushStyleColor(ImGuiCol_Text, ImGui::ColorConvertU32ToFloat4(ui_.theme.text_dim));
        ImGui::TextUnformatted(label.c_str());
        ImGui::PopStyleColor();
        tooltip(ui_.theme, help);
        const float label_end = left + ImGui::GetItemRectSize().x + ui_.theme.px(8);
        const float width = ImGui::CalcTextSize(value.c_str()).x;
        if (label_end + width <= right) ImGui::SameLine(right - width, 0);
        text_item(ui_, std::string("prediction/") + name, value, colour ? colour : ui_.theme.text);
        tooltip(ui_.theme, help);
    }

    /// Figures of the plan before stay, dimmed, until those of this one are there.
    void time() {
        if (!time_.why_not.empty()) {
            wrapped_item(ui_, "prediction/no time", "no time predicted: " + time_.why_not,
                         ui_.theme.text_dim);
            return;
        }
        const float alpha = ImGui::GetStyle().Alpha * (timing_ ? kDimmed : 1.0f);
        ImGui::PushStyleVar(ImGuiStyleVar_Alpha, alpha);
        line("time", "time on " + time_.machine->name, seconds_text(time_.seconds),
             "Wall time, from the model of the machine: " + time_.machine->title + ".");
        const bool travels = !schedule_.transfers.empty();
        const double hidden = hidden_share(time_.steps);
        line("hidden", "transfers hidden", travels ? percent_text(hidden) : "nothing travels",
             "Of the time in which chunks arrive: the part in which their receiver works, or waits for a "
             "core.",
             travels && hidden < 0.9 ? ui_.theme.warning : 0);
        ImGui::PopStyleVar();
    }

    std::string step_times() {
        if (!time_.why_not.empty()) return "";
        const float alpha = ImGui::GetStyle().Alpha * (timing_ ? kDimmed : 1.0f);
        ImGui::PushStyleVar(ImGuiStyleVar_Alpha, alpha);
        std::string copied = draw_step_times(time_, selection_, ui_);
        ImGui::PopStyleVar();
        return copied;
    }

    void numbers() {
        const auto bytes = [](int64_t value) { return bytes_text(static_cast<double>(value)); };
        line("bytes_on_wire", "on the wire", bytes(schedule_.bytes_on_wire),
             "Bytes of K and V that all ranks send together: " + count_text(schedule_.bytes_on_wire) + ".");
        line("sent_bytes", "most sent by one rank", bytes(p_.sent_bytes_max),
             "Bytes of the rank that sends the most.");
        line("peak_bytes", "peak memory per rank", bytes(p_.peak_bytes_max),
             "The largest rank's arena at its peak: query, own and travelling K/V, output, LSE, workspace.");
        line("all_gather_peak_bytes", "peak with all-gather",
             p_.all_gather_peak_bytes > 0 ? bytes(p_.all_gather_peak_bytes) : "too large to plan",
             "Peak memory per rank if every rank gathered all K/V first.");
        const double share = schedule_.dense_flops > 0 ? schedule_.flops / schedule_.dense_flops : 0;
        line("flops", "work", flops_text(schedule_.flops) + ", " + percent_text(share) + " of dense",
             "4 d FLOPs per attended (query, key) pair; dense attention would need " +
                 flops_text(schedule_.dense_flops) + ".");
        line("balance", "busiest rank / mean", ratio_text(p_.balance),
             "The largest rank's FLOPs over the mean; 1 is even.", p_.balance > 1.1 ? ui_.theme.warning : 0);
        line(
            "steps", "steps, transfers",
            count_text(schedule_.steps) + ", " + count_text(static_cast<int64_t>(schedule_.transfers.size())),
            "Steps of the ring, and transfers between ranks in all.");
        hop_rule();
    }

    void hop_rule() {
        const char* help =
            "A chunk travels while its receiver computes the step before. It hides when that takes longer: "
            "when the "
            "rank's FLOP rate over the link's byte rate is below the FLOPs of that step over the chunk's "
            "bytes, at "
            "the tightest hop.";
        if (!p_.hop_flops_per_byte) {
            line("hop", "hops", "nothing travels", "Every segment lies inside one rank's chunk.",
                 ui_.theme.good);
            return;
        }
        if (*p_.hop_flops_per_byte <= 0) {
            line("hop", "hops", "none can hide",
                 std::string(help) + " Here no rank computes while it receives.", ui_.theme.warning);
            return;
        }
        line("hop", "to hide transfers", "below " + ratio_text(*p_.hop_flops_per_byte) + " FLOP/byte", help);
        if (!run_ || run_->state != RunState::done || run_->metrics.flops <= 0 || run_->metrics.ranks.empty())
            return;
        const double rank_rate =
            run_->metrics.gflops_per_second * 1e9 / static_cast<double>(run_->metrics.ranks.size());
        line("link", "link bandwidth needed", bytes_text(rank_rate / *p_.hop_flops_per_byte) + "/s",
             "At the rate measured in the shown run, " + rate_text(rank_rate) + " per rank.");
    }

    std::string twin() {
        static constexpr const char* headers[] = {"rank",   "tokens", "sent",      "received",
                                                  "peak",   "query",  "own K/V",   "travelling K/V",
                                                  "output", "LSE",    "workspace", "FLOPs"};
        const TableTwin table{"Predicted, per rank", headers, schedule_.ranks, [this](int row, int column) {
                                  const RankPlan& rank = schedule_.rank_plans[static_cast<size_t>(row)];
                                  if (column == 0) return std::to_string(row);
                                  if (column == 1) return count_text(rank.tokens);
                                  if (column == 2) return count_text(rank.sent_bytes);
                                  if (column == 3) return count_text(rank.received_bytes);
                                  if (column == 4) return count_text(rank.predicted_peak_bytes());
                                  if (column == 11) return flops_text(rank.flops);
                                  return count_text(rank.predicted[static_cast<size_t>(column - 5)]);
                              }};
        ImGui::PushStyleColor(ImGuiCol_Text, ImGui::ColorConvertU32ToFloat4(ui_.theme.text_dim));
        ImGui::TextUnformatted("rank");
        ImGui::PopStyleColor();
        const float label = rank_label_width();
        const float half = (ImGui::GetContentRegionAvail().x - label) / 2;
        ImGui::SameLine(ImGui::GetCursorPosX() + label, 0);
        ImGui::TextUnformatted("memory");
        ImGui::SameLine(ImGui::GetStyle().WindowPadding.x + label + half + ui_.theme.px(4), 0);
        ImGui::TextUnformatted("FLOPs");
        ImGui::SameLine();
        return table_twin(ui_, "prediction/table", table);
    }

    float rank_label_width() const { return ImGui::CalcTextSize("00-00 ").x; }

    /// One row per rank; where they are many, neighbours share a row and the largest of them is shown.
    void bars() {
        const float height = ImGui::GetTextLineHeight();
        const int rows = std::min(schedule_.ranks, 32);
        const float label = rank_label_width();
        const float half = (ImGui::GetContentRegionAvail().x - label) / 2;
        double most_bytes = std::max<double>(1, static_cast<double>(p_.peak_bytes_max));
        most_bytes = std::max(most_bytes, static_cast<double>(p_.all_gather_peak_bytes));
        for (int row = 0; row < rows; ++row) {
            const int first = static_cast<int>(int64_t{row} * schedule_.ranks / rows);
            const int last = static_cast<int>(int64_t{row + 1} * schedule_.ranks / rows) - 1;
            int fullest = first, busiest = first;
            for (int rank = first; rank <= last; ++rank) {
                if (plan(rank).predicted_peak_bytes() > plan(fullest).predicted_peak_bytes()) fullest = rank;
                if (plan(rank).flops > plan(busiest).flops) busiest = rank;
            }
            const std::string ranks =
                first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
            ImGui::PushID(row);
            ImGui::InvisibleButton("##rank", {std::max(1.0f, label + 2 * half), height});
            ImGui::PopID();
            const ImVec2 at = ImGui::GetItemRectMin();
            touch(first, last, ranks, fullest, busiest);
            ImDrawList& list = *ImGui::GetWindowDrawList();
            list.AddText(at, ui_.theme.text, ranks.c_str());
            memory_bar(list, {at.x + label, at.y + 2}, {half - ui_.theme.px(4), height - 4}, fullest,
                       most_bytes);
            const double share = p_.flops_max > 0 ? plan(busiest).flops / p_.flops_max : 0;
            flops_bar(list, {at.x + label + half + ui_.theme.px(4), at.y + 2},
                      {half - ui_.theme.px(4), height - 4}, share, busiest);
        }
    }

    const RankPlan& plan(int rank) const { return schedule_.rank_plans[static_cast<size_t>(rank)]; }

    void touch(int first, int last, const std::string& ranks, int fullest, int busiest) {
        const std::string text = "rank " + ranks + ": " +
                                 bytes_text(static_cast<double>(plan(fullest).predicted_peak_bytes())) +
                                 ", " + flops_text(plan(busiest).flops);
        ui_.items.add_last("prediction/rank " + ranks, text);
        if (ImGui::IsItemClicked() && first == last) selection_.selected.rank = first;
        if (ImGui::IsItemHovered() && first == last) selection_.next_hovered.rank = first;
        std::string help = text + (first == last ? "" : " at most");
        for (int purpose = 0; purpose < kPurposes; ++purpose)
            help += std::string("\n  ") + name_of(static_cast<Purpose>(purpose)) + " " +
                    bytes_text(static_cast<double>(plan(fullest).predicted[static_cast<size_t>(purpose)]));
        tooltip(ui_.theme, help + "\nThe line is all_gather's peak.");
        const bool lit = selection_.hovered.rank >= first && selection_.hovered.rank <= last;
        const bool chosen = selection_.selected.rank >= first && selection_.selected.rank <= last;
        if (lit || chosen)
            add_rect(*ImGui::GetWindowDrawList(), ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
                     lit ? ui_.theme.hover : ui_.theme.accent);
    }

    void memory_bar(ImDrawList& list, ImVec2 at, ImVec2 size, int rank, double most_bytes) {
        float x = at.x;
        for (int purpose = 0; purpose < kPurposes; ++purpose) {
            const double bytes = static_cast<double>(plan(rank).predicted[static_cast<size_t>(purpose)]);
            const float width = static_cast<float>(bytes / most_bytes) * size.x;
            list.AddRectFilled({x, at.y}, {x + width, at.y + size.y},
                               ui_.theme.purpose_colour(static_cast<Purpose>(purpose)));
            x += width;
        }
        const float line_x =
            at.x + static_cast<float>(static_cast<double>(p_.all_gather_peak_bytes) / most_bytes) * size.x;
        list.AddLine({line_x, at.y - 2}, {line_x, at.y + size.y + 2}, ui_.theme.text, ui_.theme.px(1));
    }

    void flops_bar(ImDrawList& list, ImVec2 at, ImVec2 size, double share, int rank) {
        list.AddRectFilled(at, {at.x + size.x, at.y + size.y}, ui_.theme.grid);
        list.AddRectFilled(at, {at.x + static_cast<float>(share) * size.x, at.y + size.y},
                           ui_.theme.category_colour(rank));
    }

    const Schedule& schedule_;
    const Prediction& p_;
    const PlannedTime& time_;
    const bool timing_;
    const Run* run_;
    Selection& selection_;
    WidgetContext ui_;
};

/// Offered while no model of this machine is there; how far it has come, while it is made.
void draw_calibration(const PredictionInputs& inputs, PredictionWishes& wishes, WidgetContext ui) {
    if (inputs.calibrated) {
        text_item(ui, "prediction/calibrating", "calibrating: " + percent_text(*inputs.calibrated),
                  ui.theme.text);
        beside_or_below(button_width("Cancel"));
        if (button(ui, "prediction/cancel calibration", "Cancel", "Stop the calibration; no model is kept."))
            wishes.cancel_calibration = true;
        return;
    }
    if (inputs.plan.time().machine) return;
    if (button(ui, "prediction/calibrate", "Calibrate",
               "Measure how fast this machine attends, packs, merges and copies, in about a minute, so that "
               "times "
               "can be predicted. The command line: ringscope calibrate.",
               inputs.why_no_calibration))
        wishes.calibrate = true;
}

}  // namespace

PredictionWishes draw_prediction_panel(const PredictionInputs& inputs, Selection& selection,
                                       WidgetContext ui) {
    const PlanCache& plan = inputs.plan;
    PredictionWishes wishes;
    if (plan.planning()) wrapped_item(ui, "prediction/planning", "Planning...", ui.theme.text);
    if (plan.schedule()) {
        const float alpha = ImGui::GetStyle().Alpha * (plan.planning() ? kDimmed : 1.0f);
        ImGui::PushStyleVar(ImGuiStyleVar_Alpha, alpha);  // figures of the plan before
        draw_calibration(inputs, wishes, ui);
        wishes.copied = Panel(plan, inputs.run, selection, ui).draw();
        ImGui::PopStyleVar();
        return wishes;
    }
    if (plan.planning()) return wishes;
    std::string fields;
    for (const FieldProblem& problem : plan.problems()) fields += (fields.empty() ? "" : ", ") + problem.path;
    wrapped_item(ui, "prediction/invalid", "No plan until these are fixed: " + fields, ui.theme.error);
    return wishes;
}

}  // namespace ringscope
