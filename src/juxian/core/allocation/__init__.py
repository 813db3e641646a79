"""Giving out what is scarce (配置): verifiable draws, waiting lists, places by preference.

A draw follows protocol ``JX-DRAW-1`` (docs/en/reference/draw.md): ``draw.freeze`` → ``seeds.commitment`` of every
contributor → ``transcript.conclude`` with their reveals → anybody runs ``verifier``.
"""
