// Where the answer differs from the reference: heads down, the sequence to the right.
#pragma once

#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

/// What a cell's colour says.
enum class ErrorMapShows { output_error, lse_error, lse };

struct ErrorMapView {
    ErrorMapShows shows = ErrorMapShows::output_error;

    /// Says why when the run has no map.
    void draw(const ViewContext& context, ImVec2 size);

  private:
    void draw_toolbar(const ViewContext& context, const ErrorMap& map, float width);
    void draw_cells(const ViewContext& context, const ErrorMap& map, const Canvas& canvas) const;
};

}  // namespace ringscope
