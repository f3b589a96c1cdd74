"""PyTorch on the same dilated work: segments folded into the batch, kept rows only."""
import statistics


class Torch:
    def __init__(self):
        import torch
        self.torch = torch
        self.version = torch.__version__

    def seconds(self, function, repeats=5):
        torch = self.torch
        function()
        times = []
        for _ in range(repeats):
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            function()
            end.record()
            torch.cuda.synchronize()
            times.append(begin.elapsed_time(end) * 1e-3)
        return statistics.median(times)

    def tensors(self, shape):
        torch = self.torch
        kind = {"bf16": torch.bfloat16, "f16": torch.float16}[shape.dtype]
        whole = [torch.randn(shape.n // shape.w, shape.w, shape.heads, shape.d, device="cuda", dtype=kind)
                 for _ in range(3)]
        return whole, [x[:, ::shape.r].transpose(1, 2).contiguous() for x in whole]

    def attend(self, shape):
        """(backend, seconds of attention alone, of gather + attention + scatter) of the fastest backend."""
        torch = self.torch
        from torch.nn.attention import SDPBackend, sdpa_kernel
        from torch.nn.functional import scaled_dot_product_attention as sdpa
        whole, kept = self.tensors(shape)

        def gathered():
            rows = [x[:, ::shape.r].transpose(1, 2).contiguous() for x in whole]
            out = torch.zeros_like(whole[0])
            out[:, ::shape.r] = sdpa(*rows, is_causal=shape.causal).transpose(1, 2)

        answers = []
        for name in ("FLASH_ATTENTION", "CUDNN_ATTENTION", "EFFICIENT_ATTENTION"):
            try:
                with sdpa_kernel([getattr(SDPBackend, name)]):
                    alone = self.seconds(lambda: sdpa(*kept, is_causal=shape.causal))
                    answers.append((name, alone, self.seconds(gathered)))
            except RuntimeError:
                continue  # this backend does not take the shape
        if not answers:
            raise RuntimeError("no PyTorch backend takes this shape")
        return min(answers, key=lambda answer: answer[1])

    def matrix_rate(self):
        torch = self.torch
        a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
        b = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
        return 2 * 8192 ** 3 / self.seconds(lambda: a @ b, 20)
