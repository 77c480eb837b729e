"""What is found in the noise: SNR and chirp mass; and the signals that masses make."""

from __future__ import annotations

import math

import pytest
import torch

from workloads import steer
from workloads.gw_signal import Signal
from workloads.matched_filter import Projection, matched_filter, recovered_chirp_mass
from workloads.waveforms import Source, inspiral, ringdown

RATE_HZ = 16384.0
torch.set_num_threads(1)  # small arrays: a second thread would only wait for the first


def chirp(mass: float, start_hz: float) -> torch.Tensor:
    source = Source(start_hz, RATE_HZ, chirp_mass=mass)
    samples = min(4096, int(inspiral.duration_s(source) * RATE_HZ))
    return inspiral.strain(torch.arange(samples, dtype=torch.float64) / RATE_HZ, source)


def white(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("mass", "start_hz"), [(9.5, 100.0), (30.0, 30.0), (30.0, 100.0)])
def test_chirp_mass_is_recovered_within_a_few_per_cent_at_good_snr(mass: float, start_hz: float):
    """Quadrupole chirp, Maggiore (2008), section 4.1, in white noise at ρ = 20; exact without noise."""
    h = chirp(mass, start_hz)
    assert recovered_chirp_mass(h, RATE_HZ, start_hz) == pytest.approx(mass, rel=1e-5)
    noisy = h + white(len(h), 3) * float(torch.linalg.vector_norm(h)) / 20.0
    assert recovered_chirp_mass(noisy, RATE_HZ, start_hz) == pytest.approx(mass, rel=0.03)


def test_noise_alone_has_no_chirp_mass_that_is_told_from_few_samples():
    assert recovered_chirp_mass(white(40, 1), RATE_HZ, 100.0) is None
    assert recovered_chirp_mass(torch.zeros(500, dtype=torch.float64), RATE_HZ, 100.0) is None


def test_a_track_of_frequencies_gives_the_mass_back():
    left_s = torch.linspace(0.4, 0.02, 200, dtype=torch.float64)
    track = inspiral.frequency_hz(left_s, 7.3)
    assert inspiral.chirp_mass_from_track(-left_s, track) == pytest.approx(7.3, rel=1e-9)


def test_matched_filter_peaks_at_the_signal_with_the_snr_that_it_has():
    """⟨ρ⟩ = √⟨h,h⟩/σ with unit variance, and unit variance where there is no signal (Maggiore, section 7.3)."""
    h = chirp(9.5, 100.0)
    sigma = float(torch.linalg.vector_norm(h)) / 15.0
    data = sigma * white(8192, 5)
    data[3000 : 3000 + len(h)] += h
    rho = matched_filter(data, h, sigma)
    assert abs(int(rho.argmax()) - 3000) <= 2
    assert float(rho.max()) == pytest.approx(15.0, abs=3.0)
    assert float(matched_filter(white(8192, 6), h, 1.0).std()) == pytest.approx(1.0, abs=0.15)
    sums = Projection()
    for d, t in zip((h + sigma * white(len(h), 7)).tolist(), h.tolist(), strict=True):
        sums.add(d, t)
    assert sums.snr == pytest.approx(15.0, abs=3.0)
    assert sums.noise == pytest.approx(sigma, rel=0.1)


def test_a_black_hole_rings_at_the_frequency_of_its_mass():
    """E. Berti, V. Cardoso, A. O. Starinets (2009): 12.07 kHz and 55.4 µs at one solar mass, both in proportion."""
    source = Source(100.0, RATE_HZ, final_mass=62.0)
    assert ringdown.mode_frequency_hz(source) == pytest.approx(12.07e3 / 62.0, rel=1e-3)
    quarter_s = 0.25 / ringdown.mode_frequency_hz(source)
    time_s = torch.tensor([quarter_s, 5.0 * quarter_s], dtype=torch.float64)
    first, second = ringdown.strain(time_s, source).tolist()
    assert second / first == pytest.approx(math.exp(-4.0 * quarter_s / (62.0 * 55.4e-6)), rel=0.01)


def test_nothing_is_let_above_nyquist():
    sim = steer.attach("signal", total_steps=1)
    signal = Signal(sim)
    signal.begin(0, 1)
    with pytest.raises(ValueError, match="does not fit a sampling rate of 128 Hz"):
        sim._change({"sampling_rate": 128.0})
    with pytest.raises(ValueError, match="does not fit"):
        sim._change({"perturbation_type": "ringdown", "final_mass": 1.0})
    assert (float(signal.sampling_rate), str(signal.perturbation_type)) == (RATE_HZ, "inspiral")
    for mass in (0.5, 9.5, 300.0):
        source = Source(400.0, 2048.0, chirp_mass=mass)
        end_s = inspiral.time_to_coalescence_s(400.0, used := inspiral.chirp_mass_solar(source))
        left_s = torch.tensor([end_s - inspiral.duration_s(source)], dtype=torch.float64)
        assert float(inspiral.frequency_hz(left_s, used)) <= 0.8 * 1024.0 * (1 + 1e-9)
