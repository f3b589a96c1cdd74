// Tensor files: the right ones are read to the byte, and every kind of damage has its own clear line.
#include "sessions/tensors/safetensors.h"

#include <csignal>
#include <cstring>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/experiment/scenarios.h"
#include "tests/fixtures.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::error_of;
using testing::read_file;
using testing::ScratchFolder;
using testing::write_file;

Problem small_problem(DType dtype = DType::f32) {
    ProblemSpec spec;
    spec.batch = 2;
    spec.seq_len = 3;
    spec.heads = 4;
    spec.kv_heads = 2;
    spec.head_dim = 5;
    spec.dtype = dtype;
    spec.head_groups = {{3, 1, {}, {}}};
    return resolve(spec);
}

std::string with_length(uint64_t length, const std::string& rest) {
    std::string bytes(8, '\0');
    for (int i = 0; i < 8; ++i) bytes[static_cast<size_t>(i)] = static_cast<char>(length >> (8 * i));
    return bytes + rest;
}

std::string file_of(const std::string& header, const std::string& data) {
    return with_length(header.size(), header + data);
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, int64_t begin,
                  int64_t end) {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// q 120 elements, k and v 60: byte i of the data is i mod 251.
std::string data_of(int64_t bytes) {
    std::string data;
    for (int64_t i = 0; i < bytes; ++i) data += static_cast<char>(i % 251);
    return data;
}
const std::string kQ = entry("q", "F32", "[2,3,4,5]", 0, 480);
const std::string kK = entry("k", "F32", "[2,3,2,5]", 480, 720);
const std::string kV = entry("v", "F32", "[2,3,2,5]", 720, 960);
std::string header_of(const std::string& q, const std::string& k, const std::string& v) {
    return "{" + q + "," + k + "," + v + "}";
}

std::string error_for(const std::string& bytes, const Problem& problem = small_problem()) {
    const ScratchFolder folder;
    const std::string path = folder.file("f");
    write_file(path, bytes);
    const std::string message = error_of(ErrorKind::bad_input, [&] { load_qkv(path, problem); });
    return message.compare(0, path.size(), path) == 0 ? message.substr(path.size() + 2) : message;
}

TEST(Safetensors, RowsComeBackToTheByteInEveryDtype) {
    const ScratchFolder folder;
    const char* names[] = {"F32", "F16", "BF16"};
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        const int64_t e = bytes_of(dtype);
        const std::string name = names[static_cast<int>(dtype)];
        const std::string header = "{\"__metadata__\":{\"a\":\"b\"}," +
                                   entry("v", name, "[2,3,2,5]", 0, 60 * e) + "," +
                                   entry("more", "U8", "[7,4]", 60 * e, 60 * e + 28) + "," +
                                   entry("q", name, "[2,3,4,5]", 60 * e + 28, 180 * e + 28) + "," +
                                   entry("k", name, "[2,3,2,5]", 180 * e + 28, 240 * e + 28) + "}   ";
        const std::string data = data_of(240 * e + 28);
        const std::string path = folder.file(name);
        write_file(path, file_of(header, data));
        const auto source = load_qkv(path, small_problem(dtype));
        const int64_t row = 20 * e;
        std::string got(static_cast<size_t>(2 * row), '?');
        source->read(InputTensor::q, 1, {0, 2, 2}, got.data());
        const auto first = static_cast<size_t>(60 * e + 28 + 3 * row);
        EXPECT_EQ(got, data.substr(first, static_cast<size_t>(row)) +
                           data.substr(first + static_cast<size_t>(2 * row), static_cast<size_t>(row)));
        got.assign(static_cast<size_t>(20 * e), '?');
        source->read(InputTensor::v, 0, {1, 1, 2}, got.data());
        EXPECT_EQ(got, data.substr(static_cast<size_t>(10 * e), static_cast<size_t>(20 * e)));
    }
}

TEST(Safetensors, TheOtherOrderOfHeadsAndTokensIsReadOrNamed) {
    const ScratchFolder folder;
    const std::string path = folder.file("f");
    // Tensors of other names may have any dtype, no elements, and put the others at odd bytes; the header any length.
    const std::string header =
        "{" + entry("other", "F8_E8M0", "[3]", 0, 3) + "," + entry("q", "F32", "[2,4,3,5]", 3, 483) + "," +
        entry("none", "C64", "[0,9]", 483, 483) + "," + entry("v", "F32", "[2,2,3,5]", 723, 963) + "," +
        entry("k", "F32", "[2,2,3,5]", 483, 723) + "}     ";
    const std::string data = data_of(963);
    write_file(path, file_of(header, data));
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_qkv(path, small_problem()); }),
              path +
                  ": tensor \"q\" has shape (2, 4, 3, 5), but the problem needs (batch 2, seq_len 3, heads "
                  "4, head_dim "
                  "5); it looks like (batch, heads, tokens, head_dim): add --qkv-layout bhnd");
    const auto source = load_qkv(path, small_problem(), QkvLayout::bhnd);
    for (const TokenRun& run : {TokenRun{0, 1, 3}, TokenRun{0, 2, 2}, TokenRun{1, 1, 1}}) {
        std::string got(static_cast<size_t>(run.count * 80), '?'), wanted;
        source->read(InputTensor::q, 1, run, got.data());
        for (int64_t i = 0; i < run.count; ++i)
            for (int64_t head = 0; head < 4; ++head)
                wanted += data.substr(static_cast<size_t>(3 + ((4 + head) * 3 + run.at(i)) * 20), 20);
        EXPECT_EQ(got, wanted);
    }
    write_file(path, file_of(header_of(kQ, kK, kV), data_of(960)));
    EXPECT_NE(error_of(ErrorKind::bad_input, [&] { load_qkv(path, small_problem(), QkvLayout::bhnd); })
                  .find("leave out --qkv-layout bhnd"),
              std::string::npos);
}

TEST(Safetensors, EveryKindOfDamageHasItsLine) {
    const std::string data = data_of(960);
    EXPECT_EQ(error_for(""), "0 bytes are too few for a safetensors file: 8 or more");
    EXPECT_EQ(error_for(with_length(uint64_t{1} << 60, "{}")),
              "not safetensors, or truncated: a header of 1152921504606846976 bytes in a file of 10");
    EXPECT_EQ(error_for(with_length(~uint64_t{0}, "{}")),
              "not safetensors, or truncated: a header of 18446744073709551615 bytes in a file of 10");
    EXPECT_NE(error_for(file_of("{\"q\":", "")).find("header: not JSON: parse error at line 1, column 6"),
              std::string::npos);
    EXPECT_NE(error_for(file_of(std::string(10000, '['), "")).find("nested deeper than 32"),
              std::string::npos);
    EXPECT_EQ(error_for(file_of("[]", "")), "header: [] is not allowed: an object of tensors");
    EXPECT_EQ(error_for(file_of("{}", "")), "no tensor \"q\": the file holds none");
    EXPECT_EQ(error_for(file_of("{\"q\":1}", "")),
              "tensor \"q\" must have dtype, shape and two data_offsets");
    EXPECT_EQ(error_for(file_of(header_of(kQ, kQ, kV), data)), "header: \"q\" stands twice in one object");
    const std::string whole = file_of(header_of(kQ, kK, kV), data);
    EXPECT_EQ(error_for(whole), "no error");
    EXPECT_EQ(error_for(whole.substr(0, whole.size() - 1)),
              "tensor \"v\": data offsets 720 to 960 lie outside the 959 bytes of data");
    EXPECT_EQ(error_for(whole + "x"), "the last 1 bytes belong to no tensor");
    EXPECT_EQ(error_for(file_of("{" + kQ + "," + kV + "}", data)),
              "bytes 480 to 720 before tensor \"v\" belong to no tensor");
}

TEST(Safetensors, OffsetsAreHeldAgainstShapesAndEachOther) {
    const std::string data = data_of(960);
    const auto error_with_k = [&](const std::string& k) {
        return error_for(file_of(header_of(kQ, k, kV), data));
    };
    EXPECT_EQ(error_with_k(entry("k", "F32", "[2,3,2,5]", 476, 716)),
              "tensor \"k\" overlaps tensor \"q\" at byte 476");
    EXPECT_EQ(error_with_k(entry("k", "F32", "[2,3,2,5]", 478, 718)),
              "tensor \"k\" overlaps tensor \"q\" at byte 478");
    EXPECT_EQ(error_with_k(entry("k", "F32", "[2,3,2,5]", 720, 480)),
              "tensor \"k\": data offsets 720 to 480 lie outside the 960 bytes of data");
    EXPECT_EQ(
        error_with_k(entry("k", "F32", "[2,3,2,5]", 480, 724)),
        "tensor \"k\": F32 of shape (2, 3, 2, 5) takes 240 bytes, but its data offsets 480 to 724 hold 244");
    EXPECT_EQ(error_with_k(entry("k", "F32", "[4294967296,4294967296,4]", 480, 720)),
              "tensor \"k\": shape [4294967296,4294967296,4] is too large for any file");
    EXPECT_EQ(error_with_k(entry("k", "F32", "[2,3,2,-5]", 480, 720)),
              "tensor \"k\": shape -5 is not allowed: a whole number from 0");
    EXPECT_EQ(error_with_k(entry("k", "F32", "[2,3,2,5]", -480, 720)),
              "tensor \"k\": data offset -480 is not allowed: a whole number from 0");
    EXPECT_EQ(error_with_k(R"("k":{"dtype":"F32","shape":[2,3,2,5.0],"data_offsets":[480,720]})"),
              "tensor \"k\": shape 5.0 is not allowed: a whole number from 0");
    EXPECT_EQ(error_with_k(R"("k":{"dtype":"F32","shape":[60],"data_offsets":[480,99999999999999999999]})"),
              "tensor \"k\": data offset 1e+20 is not allowed: a whole number from 0");
}

TEST(Safetensors, TensorsMustFitTheProblem) {
    const std::string data = data_of(960);
    EXPECT_EQ(error_for(file_of(header_of(kQ, entry("key", "F32", "[2,3,2,5]", 480, 720), kV), data)),
              "no tensor \"k\": the file holds q, key, v; the three are named q, k and v");
    EXPECT_EQ(error_for(file_of(header_of(kQ, kK, kV), data), small_problem(DType::bf16)),
              "tensor \"q\" is F32, but problem.dtype is bf16: BF16 is needed");
    EXPECT_EQ(error_for(file_of(header_of(kQ, entry("k", "F32", "[2,3,5,2]", 480, 720), kV), data)),
              "tensor \"k\" has shape (2, 3, 5, 2), but the problem needs (batch 2, seq_len 3, kv_heads 2, "
              "head_dim 5)");
    const ScratchFolder folder;
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_qkv(folder.file("none"), small_problem()); }),
              "cannot read " + folder.file("none") + ": No such file or directory");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_qkv(folder.path(), small_problem()); }),
              "cannot read " + folder.path() + ": it is a folder");
}

TEST(Safetensors, AFileThatShrinksWhileItIsReadIsAnError) {
    const ScratchFolder folder;
    const std::string path = folder.file("f");
    write_file(path, file_of(header_of(kQ, kK, kV), data_of(960)));
    const auto source = load_qkv(path, small_problem());
    ASSERT_EQ(truncate(path.c_str(), 600), 0);
    std::string rows(240, '?');
    EXPECT_EQ(error_of(ErrorKind::io,
                       [&] {
                           source->read(InputTensor::v, 0, {0, 1, 3}, rows.data());
                       }),
              "cannot read " + path + ": it has become shorter while it was read");
}

std::shared_ptr<ringscope::Run> run_with_output() {
    const auto run = testing::make_fixture_run(find_scenario("Tiny 16")->experiment);
    run->output = testing::make_fixture_output(run->schedule->problem);
    return run;
}

TEST(Safetensors, OutputIsWrittenInTheFormatsOrder) {
    const ScratchFolder folder;
    const std::string path = folder.file("out");
    const auto run = run_with_output();
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(error_of(ErrorKind::cancelled, [&] { save_output(path, *run, stopped.get_token()); }),
              "interrupted");
    EXPECT_EQ(folder.files(), 0u);
    save_output(path, *run, {});
    EXPECT_EQ(folder.files(), 1u);
    const Problem& p = run->schedule->problem;
    const std::string bytes = read_file(path);
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), 8);
    EXPECT_EQ(header % 8, 0u);
    EXPECT_EQ(bytes.compare(8, 46, R"({"o":{"dtype":"F32","shape":[1,16,2,4],"data_o)"), 0)
        << bytes.substr(8, 60);
    std::vector<float> values((bytes.size() - 8 - header) / 4);
    std::memcpy(values.data(), bytes.data() + 8 + header, values.size() * 4);
    ASSERT_EQ(values.size(), static_cast<size_t>(16 * 2 * 4 + 2 * 16));
    size_t next = 0;
    for (int64_t token = 0; token < 16; ++token)
        for (int head = 0; head < p.heads; ++head)
            for (int i = 0; i < 4; ++i) EXPECT_EQ(values[next++], run->output->o_row(0, token, head)[i]);
    for (int head = 0; head < p.heads; ++head)
        for (int64_t token = 0; token < 16; ++token)
            EXPECT_EQ(values[next++], run->output->lse(0, head, token));
}

TEST(Safetensors, AnOutputThatCannotBeWrittenLeavesNothing) {
    const ScratchFolder folder;
    const std::string path = folder.file("out");
    const auto run = run_with_output();
    const std::string nowhere = folder.file("nowhere/out");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { save_output(nowhere, *run, {}); }),
              "cannot write " + nowhere + ": its folder " + folder.file("nowhere") + " does not exist");
    write_file(path, "what was there");
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{256, 256};
        setrlimit(RLIMIT_FSIZE, &limit);
        const std::string message = error_of(ErrorKind::io, [&] { save_output(path, *run, {}); });
        _exit(message == "cannot write " + path + ": File too large" ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_file(path), "what was there");
    EXPECT_EQ(folder.files(), 1u);
    run->output.reset();
    EXPECT_EQ(error_of(ErrorKind::run_failed, [&] { save_output(path, *run, {}); }),
              "cannot write " + path + ": the run kept no output; 'run --keep-output --db FILE' keeps it");
}

}  // namespace
}  // namespace ringscope
