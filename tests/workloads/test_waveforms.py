"""Gravitational-wave signals against textbook numbers."""

from __future__ import annotations

import math

import pytest
import torch

from workloads import waveforms
from workloads.waveforms import Source, burst, inspiral, ringdown, stochastic

RATE_HZ = 16384.0


def test_the_folder_is_the_list():
    assert {"none", "inspiral", "ringdown", "stochastic", "burst"} <= set(waveforms.names())


def test_inspiral_has_the_textbook_numbers():
    """M. Maggiore, Gravitational Waves vol. 1, section 4.1: a binary of chirp mass 1.21 radiates at 134 Hz
    one second before coalescence, which is 2.18 s after 100 Hz; the last stable orbit is at 2 × 2.2 kHz (Msun/M)."""
    one_second = torch.tensor([1.0], dtype=torch.float64)
    assert float(inspiral.frequency_hz(one_second, 1.21)) == pytest.approx(134.0, rel=0.005)
    assert inspiral.time_to_coalescence_s(100.0, 1.21) == pytest.approx(2.18, rel=0.005)
    assert inspiral.isco_frequency_hz(1.0) == pytest.approx(4400.0, rel=0.005)


def test_inspiral_obeys_the_quadrupole_equation():
    """Peters' equation, df/dt = (96/5) π^{8/3} (G Mc/c³)^{5/3} f^{11/3}, and dΦ/dt = 2πf, by automatic derivatives."""
    left_s = torch.linspace(0.05, 0.5, 50, dtype=torch.float64).requires_grad_()
    mass, time = 10.0, 10.0 * waveforms.GM_SUN_OVER_C3_S
    frequency = inspiral.frequency_hz(left_s, mass)
    (slope,) = torch.autograd.grad(frequency.sum(), left_s)
    expected = 96.0 / 5.0 * math.pi ** (8 / 3) * time ** (5 / 3) * frequency.detach() ** (11 / 3)
    assert torch.allclose(-slope, expected, rtol=1e-10)  # left_s runs against time
    (turning,) = torch.autograd.grad(inspiral.phase_rad(left_s, mass).sum(), left_s)
    assert torch.allclose(-turning, 2.0 * math.pi * frequency.detach(), rtol=1e-10)


@pytest.mark.parametrize("frequency_hz", [1.0, 100.0, 1200.0, 5000.0])
def test_inspiral_begins_where_asked_and_never_passes_nyquist(frequency_hz: float):
    source = Source(frequency_hz, RATE_HZ)
    mass, duration_s = inspiral.chirp_mass_solar(source), inspiral.duration_s(source)
    whole_s = inspiral.time_to_coalescence_s(frequency_hz, mass)
    ends = inspiral.frequency_hz(torch.tensor([whole_s, whole_s - duration_s], dtype=torch.float64), mass)
    assert float(ends[0]) == pytest.approx(frequency_hz, rel=1e-9)
    assert frequency_hz < float(ends[1]) <= min(2.0 * frequency_hz * (1 + 1e-9), source.highest_frequency_hz + 1e-6)
    assert source.highest_frequency_hz < RATE_HZ / 2.0


def test_ringdown_decays_as_the_schwarzschild_mode():
    """Leaver (1985): Mω = 0.3737 − 0.0890i. For one solar mass that rings at 12.07 kHz and decays in 55.4 µs (Berti,
    Cardoso, Starinets 2009), and so decays by exp(−π/2.10) per cycle at any frequency."""
    frequency_hz = 12.07e3
    source = Source(frequency_hz, 16.0 * frequency_hz)
    peak_s = 0.25 / frequency_hz
    time_s = torch.tensor([peak_s, peak_s + 1.0 / frequency_hz, peak_s + 0.5 / frequency_hz], dtype=torch.float64)
    first, second, between = ringdown.strain(time_s, source).tolist()
    assert second / first == pytest.approx(math.exp(-1.0 / frequency_hz / 55.4e-6), rel=0.01)
    assert between / first == pytest.approx(
        -math.sqrt(second / first), rel=1e-12
    )  # half a cycle: sign and half the decay
    assert pytest.approx(2.10, rel=0.001) == ringdown.QUALITY_FACTOR


def test_burst_stays_below_nyquist_at_the_highest_frequency():
    source, fine_hz = Source(5000.0, RATE_HZ), 1 << 18
    time_s = torch.arange(1 << 12, dtype=torch.float64) / fine_hz
    assert float(time_s[-1]) > burst.duration_s(source)
    power = torch.fft.rfft(burst.strain(time_s, source)).abs() ** 2
    frequency = torch.fft.rfftfreq(len(time_s), 1.0 / fine_hz)
    assert float(power[frequency > RATE_HZ / 2.0].sum() / power.sum()) < 1e-6
    assert float(frequency[power.argmax()]) == pytest.approx(5000.0, abs=100.0)


def test_background_has_the_flat_energy_spectrum_and_unit_rms():
    """Allen and Romano (1999): S_h ∝ f^−3 for constant Ω; then the octave below f holds (4 − 1)/(1 − 1/4) = 4 times the
    power of the octave above."""
    time_s = torch.arange(1 << 13, dtype=torch.float64) / 4096.0
    hann = torch.hann_window(len(time_s), periodic=True, dtype=torch.float64)
    mean_square, power = 0.0, torch.zeros(len(time_s) // 2 + 1, dtype=torch.float64)
    for seed in range(40):
        h = stochastic.strain(time_s, Source(200.0, RATE_HZ, seed))
        mean_square += float((h * h).mean()) / 40
        power += torch.fft.rfft(h * hann).abs() ** 2
    frequency = torch.fft.rfftfreq(len(time_s), 1.0 / 4096.0)
    low = power[(frequency > 100) & (frequency < 200)].sum()
    high = power[(frequency > 200) & (frequency < 400)].sum()
    assert mean_square == pytest.approx(1.0, abs=0.06)
    assert float(low / high) == pytest.approx(4.0, rel=0.12)
    assert float(power[(frequency < 98) | (frequency > 402)].sum() / power.sum()) < 1e-3


def test_background_is_fixed_by_its_seed():
    time_s = torch.arange(100, dtype=torch.float64) / RATE_HZ
    again = [stochastic.strain(time_s, Source(100.0, RATE_HZ, seed)) for seed in (3, 3, 4)]
    assert torch.equal(again[0], again[1])
    assert not torch.equal(again[0], again[2])


def test_a_signal_that_is_over_comes_again():
    source = Source(100.0, RATE_HZ)
    for name in ("inspiral", "ringdown", "burst"):
        duration_s = waveforms.load(name).duration_s(source)
        first, again = (
            waveforms.injected(name, start + 0.37 * duration_s, source) for start in (0.0, 2.0 * duration_s)
        )
        assert first != 0.0
        assert again == pytest.approx(first, rel=1e-6)
    assert waveforms.injected("none", 0.5, source) == 0.0
