"""onnxruntime's profile of a small model: onnx_session.py PREFIX [parallel]."""
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [8, 8]) for name in ("x", "y")]
nodes = [helper.make_node("MatMul", ["x", "x"], ["m"], name="square"), helper.make_node("Relu", ["m"], ["r"], name="relu \"r\""),
         helper.make_node("Softmax", ["r"], ["y"], name="softmax/é")]
model = helper.make_model(helper.make_graph(nodes, "small", values[:1], values[1:]),
                          opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
options = onnxruntime.SessionOptions()
options.enable_profiling = True
options.profile_file_prefix = sys.argv[1]
if "parallel" in sys.argv:
    options.execution_mode = onnxruntime.ExecutionMode.ORT_PARALLEL
    options.inter_op_num_threads = 2
options.intra_op_num_threads = 1 if "parallel" not in sys.argv else 2
session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
for _ in range(3):
    session.run(None, {"x": numpy.ones((8, 8), numpy.float32)})
print(session.end_profiling())
