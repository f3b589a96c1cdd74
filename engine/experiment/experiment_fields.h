// The one list of an experiment's fields, and that of a head group's. Files, --set, the settings panel, the run file and printing all
// walk it.
//
//     visit_fields(experiment, [](const Field& field, auto& value) { ... });
//
// `value` is one of int, int64_t, uint64_t, double, bool, std::string, std::optional<int>,
// std::optional<double>, StripeBlock, an enum with EnumNames, or std::vector<HeadGroup>. Works on const and
// mutable experiments.
#pragma once

#include "engine/experiment/experiment.h"

namespace ringscope {

struct Field {
    const char* path;  // dotted, as in the experiment file
    const char* unit;  // "" when it has none
    const char* help;  // what changing it does, one sentence
    bool required;
};

template <typename ExperimentRef, typename Visitor>
void visit_fields(ExperimentRef& e, Visitor&& visit) {
    auto& p = e.problem;
    visit(Field{"problem.batch", "", "Independent sequences.", false}, p.batch);
    visit(Field{"problem.seq_len", "tokens", "Sequence length n.", true}, p.seq_len);
    visit(Field{"problem.heads", "", "Query heads.", true}, p.heads);
    visit(
        Field{"problem.kv_heads", "", "Key/value heads; fewer than heads is grouped-query attention.", false},
        p.kv_heads);
    visit(Field{"problem.head_dim", "", "Elements of one head's vector, d.", true}, p.head_dim);
    visit(Field{"problem.dtype", "", "Storage of Q, K and V; sums are kept in F32.", false}, p.dtype);
    visit(Field{"problem.causal", "", "A query sees keys at its own position and before.", false}, p.causal);
    visit(Field{"problem.softmax_scale", "", "Factor of q.k; unset is 1/sqrt(head_dim).", false},
          p.softmax_scale);
    visit(Field{"problem.queries", "", "Compute kept queries only, or every query.", false}, p.queries);
    visit(Field{"problem.mixing", "", "Groups share out the heads, or every head runs every group (LongNet).",
                false},
          p.mixing);
    visit(Field{"problem.head_groups", "", "Segment length, dilation rate and offset of each head group.",
                true},
          p.head_groups);
    auto& r = e.ring;
    visit(Field{"ring.ranks", "", "Ring size p: each rank owns 1/p of Q, K, V and O.", false}, r.ranks);
    visit(Field{"ring.layout", "", "Which rank owns which token.", false}, r.layout);
    visit(Field{"ring.stripe_block", "tokens",
                "Tokens in a row on one rank when striped; auto is lcm of the rates.", false},
          r.stripe_block);
    visit(Field{"ring.strategy", "", "Gather all K/V first, or pass chunks around the ring.", false},
          r.strategy);
    visit(Field{"ring.overlap", "", "Receive the next chunk while computing on this one.", false}, r.overlap);
    visit(Field{"ring.dilate_before_send", "", "Only kept tokens travel: 1/r of the bytes.", false},
          r.dilate_before_send);
    visit(
        Field{"ring.prune", "", "K/V travel only around their segment's sub-ring, as far as needed.", false},
        r.prune);
    visit(Field{"ring.accumulator", "", "Carry normalised output and LSE, or raw sums and a running max.",
                false},
          r.accumulator);
    visit(Field{"ring.timeout_seconds", "s", "A transfer that takes longer fails the run.", false},
          r.timeout_seconds);
    auto& b = e.backend;
    visit(Field{"backend.device", "", "Where ranks run.", false}, b.device);
    visit(Field{"backend.transport", "", "How chunks move between ranks.", false}, b.transport);
    visit(Field{"backend.kernel", "", "Attention kernel; auto takes the fastest usable one.", false},
          b.kernel);
    visit(Field{"backend.threads", "", "Worker threads for all ranks together; 0 means one per core.", false},
          b.threads);
    visit(Field{"input.seed", "", "Key of the generated Q, K and V.", false}, e.input.seed);
}

/// One field of a head group.
struct GroupField {
    const char* key;     // in the experiment file and in filters
    const char* letter;  // in tables, in a run's line of settings and in filters
    const char* title;   // of its column in the settings panel
    const char* help;    // one or two sentences
    bool required;
};

/// The one list of a head group's fields. Files, the settings panel's table, lines of settings and filters walk
/// it. The visitor takes a GroupField and an int64_t, std::optional<int> or Offset.
template <typename GroupRef, typename Visitor>
void visit_group_fields(GroupRef& group, Visitor&& visit) {
    visit(GroupField{"segment_length", "w", "segment w",
                     "Segment length w, tokens. Drag; with Shift by powers of two; click to type.", true},
          group.segment_length);
    visit(GroupField{"dilation_rate", "r", "rate r",
                     "Dilation rate r: every r-th token of a segment is kept.", false},
          group.dilation_rate);
    visit(GroupField{"heads", "h", "heads", "Query heads of the group. In brackets: not set, an even share.",
                     false},
          group.heads);
    visit(GroupField{"offset", "o", "offset",
                     "Offset o: which of every r tokens is kept. auto, a number, per_head or per_head_block.",
                     false},
          group.offset);
}

/// Sets a scalar field from text ("ring.ranks", "3"). Throws Error(bad_input) for an unknown path, a value
/// that does not read, or a field that is not scalar (problem.head_groups; see sessions/experiment_file.h).
void set_field(Experiment& experiment, const std::string& path, const std::string& text);

/// The field's value as text, in the form set_field reads; unset optionals and auto give "auto" or "null".
std::string field_text(const Experiment& experiment, const std::string& path);

}  // namespace ringscope
