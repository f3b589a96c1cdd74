#include "app/window/svg_picture.h"

#include <imgui.h>

#include <algorithm>
#include <vector>

#include "app/window/svg_letters.h"
#include "app/window/svg_text.h"
#include "engine/base/error.h"

namespace ringscope {

namespace {

struct Box {
    float left, top, right, bottom;
    bool empty() const { return left >= right || top >= bottom; }
    bool holds(const Box& other) const {
        constexpr float kSlack = 0.5f;  // less than a pixel is not worth a clip path
        return other.left >= left - kSlack && other.top >= top - kSlack && other.right <= right + kSlack &&
               other.bottom <= bottom + kSlack;
    }
    bool operator==(const Box&) const = default;
};

Box overlap(const Box& a, const Box& b) {
    return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
            std::min(a.bottom, b.bottom)};
}

Box around(const std::vector<ImVec2>& points) {
    Box box{points[0].x, points[0].y, points[0].x, points[0].y};
    for (const ImVec2 p : points)
        box = {std::min(box.left, p.x), std::min(box.top, p.y), std::max(box.right, p.x),
               std::max(box.bottom, p.y)};
    return box;
}

/// Filled shapes of one path overlap without holes only when all turn the same way.
void turn_clockwise(std::vector<ImVec2>& points) {
    double twice_area = 0;
    for (size_t i = 0; i < points.size(); ++i) {
        const ImVec2 a = points[i], b = points[(i + 1) % points.size()];
        twice_area += static_cast<double>(a.x) * b.y - static_cast<double>(b.x) * a.y;
    }
    if (twice_area < 0) std::reverse(points.begin(), points.end());
}

class SvgWriter {
  public:
    SvgWriter(const ImFontAtlas& atlas, const Box& area)
        : letters_(atlas), white_(atlas.TexUvWhitePixel), area_(area) {}

    void add(const ImDrawList& list) {
        for (const ImDrawCmd& command : list.CmdBuffer) {
            if (command.UserCallback) continue;
            clip_ = overlap(area_,
                            {command.ClipRect.x, command.ClipRect.y, command.ClipRect.z, command.ClipRect.w});
            if (clip_.empty()) continue;
            const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
            const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
            for (unsigned at = 0; at + 3 <= command.ElemCount;)
                at += is_shape(vertices[indices[at]])
                          ? add_shape(vertices, indices + at, command.ElemCount - at)
                          : add_letter(vertices, indices + at, command.ElemCount - at);
        }
    }

    std::string body() {
        flush_path();
        flush_text();
        return std::move(body_);
    }
    const std::string& clips() const { return clip_paths_; }

  private:
    bool is_shape(const ImDrawVert& vertex) const {
        return vertex.uv.x == white_.x && vertex.uv.y == white_.y;
    }

    /// A fan of triangles a, b, c; a, c, d; ... is one convex polygon: most shapes are. Gives the indices
    /// used.
    unsigned add_shape(const ImDrawVert* vertices, const ImDrawIdx* indices, unsigned count) {
        const ImDrawVert& first = vertices[indices[0]];
        std::vector<ImVec2> points;
        for (int corner = 0; corner < 3; ++corner) points.push_back(vertices[indices[corner]].pos);
        unsigned used = 3;
        for (; used + 3 <= count; used += 3) {
            const bool same_fan = indices[used] == indices[0] && indices[used + 1] == indices[used - 1];
            const ImDrawVert& next = vertices[indices[used + 2]];
            if (!same_fan || !is_shape(next) || next.col != first.col) break;
            points.push_back(next.pos);
        }
        for (unsigned i = 0; i < used; ++i)
            if (vertices[indices[i]].col != first.col)
                throw Error(ErrorKind::run_failed, "this view has a gradient, which is not drawn as SVG");
        add_polygon(std::move(points), first.col);
        return used;
    }

    void add_polygon(std::vector<ImVec2> points, ImU32 colour) {
        const unsigned opacity = colour >> IM_COL32_A_SHIFT & 255;
        const Box box = around(points);
        // Lines along an axis have no area of their own once clipped, so only what lies outside is left out.
        const bool outside = box.right < clip_.left || box.left > clip_.right || box.bottom < clip_.top ||
                             box.top > clip_.bottom;
        if (opacity == 0 || outside) return;
        const int clip = clip_.holds(box) ? 0 : clip_number(clip_);
        flush_text();
        // Translucent shapes would merge where they overlap.
        if (colour != path_colour_ || clip != path_clip_ || opacity < 255) flush_path();
        path_colour_ = colour;
        path_clip_ = clip;
        const bool upright = points.size() == 4 && points[0].y == points[1].y && points[1].x == points[2].x &&
                             points[2].y == points[3].y && points[3].x == points[0].x;
        turn_clockwise(points);
        if (upright) {
            path_ += "M" + svg_number(box.left) + " " + svg_number(box.top) + "H" + svg_number(box.right) +
                     "V" + svg_number(box.bottom) + "H" + svg_number(box.left) + "Z";
            return;
        }
        for (size_t i = 0; i < points.size(); ++i)
            path_ += (i == 0 ? "M" : "L") + svg_number(points[i].x) + " " + svg_number(points[i].y);
        path_ += "Z";
    }

    /// Letters are quads a, b, c; a, c, d with the letter's place in the font's texture.
    unsigned add_letter(const ImDrawVert* vertices, const ImDrawIdx* indices, unsigned count) {
        const bool quad = count >= 6 && indices[3] == indices[0] && indices[4] == indices[2];
        const ImDrawVert& low = vertices[indices[0]];
        const ImDrawVert& high = vertices[indices[2]];
        const std::optional<SvgLetter> letter =
            quad ? letters_.find(low.pos, high.pos, low.uv, high.uv) : std::nullopt;
        if (!letter) throw Error(ErrorKind::run_failed, "this view has an image, which is not drawn as SVG");
        const Box quad_box{low.pos.x, low.pos.y, high.pos.x, high.pos.y};
        const Box seen = overlap(quad_box, clip_);
        if (seen.empty()) return 6;
        const bool whole = !letter->cut && clip_.holds(quad_box);
        const int clip = whole ? 0 : clip_number(letter->cut ? seen : clip_);
        flush_path();
        if (text_.empty() || low.col != text_colour_ || clip != text_clip_ || !text_.joins(*letter))
            flush_text();
        text_colour_ = low.col;
        text_clip_ = clip;
        text_.append(*letter);
        return 6;
    }

    int clip_number(const Box& box) {
        const auto known = std::find(clip_boxes_.begin(), clip_boxes_.end(), box);
        if (known != clip_boxes_.end()) return static_cast<int>(known - clip_boxes_.begin()) + 1;
        clip_boxes_.push_back(box);
        const int number = static_cast<int>(clip_boxes_.size());
        clip_paths_ += "<clipPath id=\"clip" + std::to_string(number) + "\"><rect" +
                       svg_rectangle({box.left, box.top}, {box.right, box.bottom}) + "/></clipPath>\n";
        return number;
    }

    static std::string clip_attribute(int clip) {
        return clip == 0 ? "" : " clip-path=\"url(#clip" + std::to_string(clip) + ")\"";
    }

    void flush_path() {
        if (!path_.empty())
            body_ +=
                "<path" + svg_fill(path_colour_) + clip_attribute(path_clip_) + " d=\"" + path_ + "\"/>\n";
        path_.clear();
    }

    void flush_text() {
        if (!text_.empty())
            body_ += text_.element(svg_fill(text_colour_) + clip_attribute(text_clip_)) + "\n";
        text_.clear();
    }

    SvgLetters letters_;
    ImVec2 white_;
    Box area_;
    Box clip_{};
    std::vector<Box> clip_boxes_;
    std::string clip_paths_;
    std::string body_;
    std::string path_;
    ImU32 path_colour_ = 0;
    int path_clip_ = 0;
    SvgTextRun text_;
    ImU32 text_colour_ = 0;
    int text_clip_ = 0;
};

/// What can be pointed at, with what it says.
std::string titles(const ItemRegistry& items, const Box& area) {
    std::string text = "<g fill=\"none\" pointer-events=\"all\">\n";
    for (const auto& [name, item] : items.all()) {
        const Box box = overlap(area, {item.min.x, item.min.y, item.max.x, item.max.y});
        if (item.text.empty() || box.empty()) continue;
        text += "<rect data-item=\"" + svg_escaped(name) + "\"" +
                svg_rectangle({box.left, box.top}, {box.right, box.bottom}) + "><title>" +
                svg_escaped(item.text) + "</title></rect>\n";
    }
    return text + "</g>\n";
}

}  // namespace

std::string svg_picture(const ImDrawData& data, const ItemRegistry& items, const PictureArea& area,
                        const SvgCaption& caption) {
    const ImVec2 low{static_cast<float>(area.x), static_cast<float>(area.y)};
    const ImVec2 high{static_cast<float>(area.x + area.width), static_cast<float>(area.y + area.height)};
    const Box box{low.x, low.y, high.x, high.y};
    SvgWriter writer(*ImGui::GetIO().Fonts, box);
    for (int i = 0; i < data.CmdListsCount; ++i) writer.add(*data.CmdLists[i]);
    const std::string body = writer.body();
    const std::string width = std::to_string(area.width), height = std::to_string(area.height);
    const ImU32 ground = ImGui::GetColorU32(ImGuiCol_WindowBg);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
           width + "\" height=\"" + height + "\" viewBox=\"" + std::to_string(area.x) + " " +
           std::to_string(area.y) + " " + width + " " + height + "\">\n<title>" + svg_escaped(caption.title) +
           "</title>\n<desc>" + svg_escaped(caption.description) + "</desc>\n<defs>\n" + writer.clips() +
           "</defs>\n<rect" + svg_rectangle(low, high) + svg_fill(ground) + "/>\n" + body +
           titles(items, box) + "</svg>\n";
}

}  // namespace ringscope
