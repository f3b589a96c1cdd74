#include "ui/widgets/plot.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

struct FontAndSize {
    ImFont* font;
    float size;
};

constexpr float kTooltipEm = 40;

/// A theme's font, or ImGui's current one where the theme has none.
FontAndSize drawable(ImFont* font) {
    if (font == nullptr || font == ImGui::GetFont()) return {ImGui::GetFont(), ImGui::GetFontSize()};
    return {font, font->FontSize};
}

void diagonals(ImDrawList& list, const Box& box, bool rising, ImU32 colour, float spacing) {
    const float height = box.height();
    // Lines stand at multiples of the spacing on the screen, so that neighbouring bars continue each other's
    // hatch.
    const auto first = static_cast<int64_t>(std::floor((box.min.x - height) / spacing));
    const auto last = static_cast<int64_t>(std::ceil(box.max.x / spacing));
    for (int64_t line = first; line < last; ++line) {
        const float x = static_cast<float>(line) * spacing;
        const float left = std::max(x, box.min.x);
        const float right = std::min(x + height, box.max.x);
        if (!(right > left)) continue;
        const float y_left = rising ? box.max.y - (left - x) : box.min.y + (left - x);
        const float y_right = rising ? box.max.y - (right - x) : box.min.y + (right - x);
        list.AddLine({left, y_left}, {right, y_right}, colour);
    }
}

/// 0 to 1 in parts of 256: colours are mixed in whole numbers.
ImU32 share_of_256(float share) {
    return static_cast<ImU32>(std::lround(std::clamp(share, 0.0f, 1.0f) * 256));
}

}  // namespace

ImU32 with_alpha(ImU32 colour, float alpha) {
    const ImU32 own = colour >> IM_COL32_A_SHIFT & 0xff;
    const ImU32 byte = (own * share_of_256(alpha) + 128) >> 8;
    return (colour & ~IM_COL32_A_MASK) | byte << IM_COL32_A_SHIFT;
}

ImU32 mix(ImU32 a, ImU32 b, float t) {
    const ImU32 share = share_of_256(t);
    ImU32 mixed = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        const ImU32 from = a >> shift & 0xff, to = b >> shift & 0xff;
        mixed |= ((from * (256 - share) + to * share + 128) >> 8) << shift;
    }
    return mixed;
}

void draw_hatch(ImDrawList& list, const Box& box, Hatch hatch, ImU32 colour, float spacing) {
    if (hatch == Hatch::none || box.empty()) return;
    if (hatch == Hatch::outline) {
        if (box.width() > 2 && box.height() > 2) add_rect(list, box.min, box.max, colour);
        spacing = std::max(spacing, 2.0f);
        diagonals(list, box, true, colour, spacing);
        return;
    }
    spacing = std::max(spacing, 2.0f);
    if (hatch != Hatch::right) diagonals(list, box, true, colour, spacing);
    if (hatch != Hatch::left) diagonals(list, box, false, colour, spacing);
}

void draw_stripes(ImDrawList& list, const Box& box, std::span<const ImU32> colours, float width,
                  bool upright) {
    if (box.empty() || colours.empty()) return;
    width = std::max(width, 1.0f);
    const float begin = upright ? box.min.x : box.min.y, end = upright ? box.max.x : box.max.y;
    for (auto stripe = static_cast<int64_t>(std::floor(begin / width));
         static_cast<float>(stripe) * width < end; ++stripe) {
        const float from = std::max(static_cast<float>(stripe) * width, begin);
        const float to = std::min(static_cast<float>(stripe + 1) * width, end);
        const auto count = static_cast<int64_t>(colours.size());
        const ImU32 colour = colours[static_cast<size_t>((stripe % count + count) % count)];
        if (upright)
            list.AddRectFilled({from, box.min.y}, {to, box.max.y}, colour);
        else
            list.AddRectFilled({box.min.x, from}, {box.max.x, to}, colour);
    }
}

Hatch hatch_of(WaitCause cause) {
    switch (cause) {
        case WaitCause::late_peer:
            return Hatch::cross;
        case WaitCause::link:
            return Hatch::left;
        case WaitCause::core:
            return Hatch::right;
        case WaitCause::none:
            break;
    }
    return Hatch::outline;
}

void draw_bar(ImDrawList& list, const Box& box, SpanKind kind, const Theme& theme, bool letter,
              WaitCause cause) {
    if (box.empty()) return;
    const ImU32 fill = theme.span_colour(kind);
    const ImU32 ink = theme.text_on(fill);
    const Hatch hatch = theme.span_hatch(kind);
    if (kind == SpanKind::wait) {
        list.AddRectFilled(box.min, box.max, with_alpha(fill, 0.25f));
        draw_hatch(list, box, hatch_of(cause), fill, theme.px(5));
        if (box.width() > 3 && box.height() > 3) add_rect(list, box.min, box.max, fill);
    } else {
        list.AddRectFilled(box.min, box.max, fill);
        draw_hatch(list, box, hatch, with_alpha(ink, 0.45f), theme.px(5));
    }
    if (!letter) return;
    const char text[] = {theme.span_letter(kind), 0};
    const ImVec2 size = text_size(theme.small_font, text);
    if (size.x + 4 > box.width() || size.y > box.height()) return;
    const ImU32 letter_ink = hatch == Hatch::outline ? theme.text : ink;
    draw_centred(list, theme.small_font, box, letter_ink, text);
}

ImVec2 text_size(ImFont* font, std::string_view text) {
    const FontAndSize used = drawable(font);
    return used.font->CalcTextSizeA(used.size, 1e9f, 0.0f, text.data(), text.data() + text.size());
}

bool draw_text(ImDrawList& list, ImFont* font, ImVec2 at, ImU32 colour, std::string_view text,
               const Box& inside) {
    if (text.empty()) return false;
    const ImVec2 size = text_size(font, text);
    // Half a pixel of slack: rounding to whole pixels must not drop a label that was placed to fit.
    if (at.x < inside.min.x - 0.5f || at.y < inside.min.y - 0.5f || at.x + size.x > inside.max.x + 0.5f ||
        at.y + size.y > inside.max.y + 0.5f) {
        return false;
    }
    const FontAndSize used = drawable(font);
    list.AddText(used.font, used.size, {std::floor(at.x), std::floor(at.y)}, colour, text.data(),
                 text.data() + text.size());
    return true;
}

bool draw_centred(ImDrawList& list, ImFont* font, const Box& box, ImU32 colour, std::string_view text) {
    const ImVec2 size = text_size(font, text);
    return draw_text(list, font, {(box.min.x + box.max.x - size.x) / 2, (box.min.y + box.max.y - size.y) / 2},
                     colour, text, box);
}

void draw_message(ImDrawList& list, const Box& box, const Theme& theme, std::string_view text) {
    const FontAndSize used = drawable(theme.text_font);
    const float room = box.width() - theme.px(16);
    std::vector<std::string> lines{""};
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find(' ', at), text.size());
        const std::string word(text.substr(at, end - at));
        const std::string longer = lines.back().empty() ? word : lines.back() + ' ' + word;
        if (text_size(theme.text_font, longer).x <= room || lines.back().empty()) {
            lines.back() = longer;
        } else {
            lines.push_back(word);
        }
        at = end + 1;
    }
    const float height = used.size * 1.25f;
    float y = (box.min.y + box.max.y - height * static_cast<float>(lines.size())) / 2;
    for (const std::string& line : lines) {
        const float width = text_size(theme.text_font, line).x;
        draw_text(list, theme.text_font, {(box.min.x + box.max.x - width) / 2, y}, theme.text_dim, line, box);
        y += height;
    }
}

Canvas begin_canvas(const char* name, ImVec2 size, ItemRegistry& items, std::string_view text) {
    const ImVec2 used{std::max(size.x, 1.0f), std::max(size.y, 1.0f)};
    Canvas canvas;
    canvas.box.min = ImGui::GetCursorScreenPos();
    canvas.box.max = {canvas.box.min.x + used.x, canvas.box.min.y + used.y};
    canvas.list = ImGui::GetWindowDrawList();
    ImGui::InvisibleButton(name, used,
                           ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight |
                               ImGuiButtonFlags_MouseButtonMiddle);
    items.add(name, canvas.box.min, canvas.box.max, text);
    const ImGuiIO& io = ImGui::GetIO();
    const bool active = ImGui::IsItemActive();
    canvas.hovered = ImGui::IsItemHovered();
    canvas.mouse = io.MousePos;
    canvas.clicked = canvas.hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    canvas.double_clicked = canvas.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    canvas.left_down = active && ImGui::IsMouseDown(ImGuiMouseButton_Left);
    canvas.right_down = active && ImGui::IsMouseDown(ImGuiMouseButton_Right);
    canvas.released = ImGui::IsMouseReleased(ImGuiMouseButton_Left);
    canvas.drag = io.MouseDelta;
    if (canvas.hovered) canvas.wheel = io.MouseWheel;
    return canvas;
}

Toolbar::Toolbar(const char* view, float width, const Theme& theme, ItemRegistry& items)
    : view_(view),
      width_(width),
      right_(ImGui::GetCursorScreenPos().x + width),
      theme_(theme),
      items_(items) {}

float Toolbar::height() { return ImGui::GetFontSize() + 2 * ImGui::GetStyle().ItemSpacing.y; }

bool Toolbar::room(float width) {
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float left = first_ ? ImGui::GetCursorScreenPos().x : ImGui::GetItemRectMax().x + gap;
    if (left + width > right_) return false;
    if (!first_) ImGui::SameLine();
    first_ = false;
    return true;
}

bool Toolbar::button(const char* name, const char* label, bool pressed) {
    if (!room(ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x)) return false;
    if (pressed) {
        for (const ImGuiCol state : {ImGuiCol_Button, ImGuiCol_ButtonHovered, ImGuiCol_ButtonActive})
            ImGui::PushStyleColor(state, theme_.accent);
        ImGui::PushStyleColor(ImGuiCol_Text, theme_.text_on(theme_.accent));
    }
    ImGui::PushID(name);
    const bool clicked = ImGui::SmallButton(label);
    ImGui::PopID();
    if (pressed) ImGui::PopStyleColor(4);
    register_last(name, label);
    return clicked;
}

void Toolbar::register_last(const char* name, std::string_view text) {
    items_.add_last(std::string(view_) + "/" + name, text);
}

bool Toolbar::text(std::string_view text) {
    const std::string copy(text);
    if (!room(ImGui::CalcTextSize(copy.c_str()).x)) return false;
    ImGui::PushStyleColor(ImGuiCol_Text, theme_.text_dim);
    ImGui::TextUnformatted(copy.c_str());
    ImGui::PopStyleColor();
    return true;
}

void tooltip(std::string_view text) {
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(ImGui::GetFontSize() * kTooltipEm);
    ImGui::TextUnformatted(text.data(), text.data() + text.size());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void tooltip_beside(std::string_view text, const Box& kept_free) {
    const ImVec2 words =
        ImGui::CalcTextSize(text.data(), text.data() + text.size(), false, ImGui::GetFontSize() * kTooltipEm);
    const ImVec2 padding = ImGui::GetStyle().WindowPadding, mouse = ImGui::GetIO().MousePos;
    const ImVec2 size{words.x + 2 * padding.x, words.y + 2 * padding.y};
    const float way = ImGui::GetFontSize();  // as far from the mouse as Dear ImGui puts it
    const float left = mouse.x - way - size.x;
    const bool covers = !kept_free.empty() && mouse.x + way + size.x > kept_free.min.x &&
                        mouse.y + way + size.y > kept_free.min.y;
    if (covers && left >= 0) {
        const float lowest = std::max(ImGui::GetIO().DisplaySize.y - size.y, 0.0f);
        ImGui::SetNextWindowPos({left, std::min(mouse.y + way, lowest)});
    }
    tooltip(text);
}

bool begin_table(const char* name, std::span<const char* const> columns, ImVec2 size) {
    if (size.x < 8 || size.y < 8) return false;
    const ImGuiTableFlags flags = ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                  ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_NoBordersInBody |
                                  ImGuiTableFlags_SizingFixedFit;
    // Numbers at the right of a column stand apart from words at the left of the next.
    const ImVec2 padding = ImGui::GetStyle().CellPadding;
    ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(2 * padding.x, padding.y));
    const bool is_open = ImGui::BeginTable(name, static_cast<int>(columns.size()), flags, size);
    ImGui::PopStyleVar();
    if (!is_open) return false;
    ImGui::TableSetupScrollFreeze(1, 1);
    for (const char* column : columns) ImGui::TableSetupColumn(column);
    ImGui::TableHeadersRow();
    return true;
}

void to_the_right(const std::string& text) {
    const float room = ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(text.c_str()).x;
    if (room > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room);
}

void table_row(std::span<const std::string> cells) {
    // One number, with its unit; lists of numbers are read from the left.
    const auto is_number = [](const std::string& cell) {
        const auto is_digit = [&](size_t i) { return i < cell.size() && cell[i] >= '0' && cell[i] <= '9'; };
        return (is_digit(0) || cell == "-" || (cell.rfind('-', 0) == 0 && is_digit(1))) &&
               cell.find(", ") == std::string::npos && cell.find(';') == std::string::npos;
    };
    ImGui::TableNextRow();
    for (const std::string& cell : cells) {
        ImGui::TableNextColumn();
        if (is_number(cell)) to_the_right(cell);
        ImGui::TextUnformatted(cell.c_str());
    }
}

}  // namespace ringscope
