"""A store of spare parts and its supplier, for the blind requests: customers take, orders are placed, lorries arrive.

Demand in an hour is normal of mean d/24 and standard deviation d v/√24, where v is the coefficient of variation of a
day, whole parts and never below 0. The store looks at its position, stock + ordered − owed, and orders by its policy::

    continuous_review   a lot Q whenever the position is at or below the reorder point s
    periodic_review     every seventh day what lifts the position to s + Q
    base_stock          every hour what lifts the position to s

An order arrives a lead time later. What is not there is owed to the customer, or lost. A step is an hour.

Source: P. Zipkin, Foundations of Inventory Management (McGraw-Hill, 2000), chapters 6 and 9.
"""

from __future__ import annotations

import math
import random
import time
from collections import deque

from workloads import steer

WORKLOAD = True
PACE_S = 0.01
HOURS_PER_DAY, REVIEW_HOURS = 24, 7 * 24
ORDER_COST_EUR = 60.0
FORGET = 1.0 / (30 * HOURS_PER_DAY)  # weight of an hour in the averages, about a month
POLICIES = ("continuous_review", "periodic_review", "base_stock")


class Store:
    """The store; parameters are those of ``sim``."""

    def __init__(self, sim: steer.Simulation) -> None:
        self.daily_demand = sim.parameter(
            "daily_demand", 48.0, minimum=0.0, maximum=1000.0, unit="1/d", doc="parts that customers want, mean of a day",
            aliases=["demand", "mean demand", "demand rate", "consumption"],
        )  # fmt: skip
        self.demand_variation = sim.parameter(
            "demand_variation", 0.3, minimum=0.0, maximum=2.0, doc="standard deviation of a day's demand over its mean",
            aliases=["variability", "demand variability", "coefficient of variation", "volatility"],
        )  # fmt: skip
        self.reorder_point = sim.parameter(
            "reorder_point", 400, minimum=0, maximum=5000, doc="position at which parts are ordered again",
            aliases=["reorder level", "order point", "ROP", "trigger level"],
        )  # fmt: skip
        self.lot_size = sim.parameter(
            "lot_size", 250, minimum=1, maximum=10000, doc="parts in an order",
            aliases=["order quantity", "batch size", "order size", "lot"],
        )  # fmt: skip
        self.lead_time = sim.parameter(
            "lead_time", 5.0, minimum=0.25, maximum=90.0, unit="d", doc="time from an order to its arrival",
            aliases=["delivery time", "supplier delay", "lead", "replenishment time"],
        )  # fmt: skip
        self.holding_cost = sim.parameter(
            "holding_cost", 0.04, minimum=0.0, maximum=5.0, unit="EUR/d", doc="cost of keeping a part for a day",
            aliases=["storage cost", "carrying cost", "keeping cost"],
        )  # fmt: skip
        self.policy = sim.parameter(
            "policy", "continuous_review", choices=list(POLICIES), doc="when and how much is ordered",
            aliases=["ordering policy", "replenishment policy", "ordering rule", "review policy"],
        )  # fmt: skip
        self.backorders = sim.parameter(
            "backorders", True, doc="whether customers wait for parts", aliases=["backordering", "back orders"]
        )
        sim.metric("stock", doc="parts on the shelves")
        sim.metric("on_order", doc="parts that are ordered and have not arrived")
        sim.metric("service_level", doc="share of the demand met at once, over about a month")
        sim.metric("cost_rate", unit="EUR/d", doc="holding and ordering cost of a day, over about a month")
        self.random = random.Random(7)
        self.hour, self.stock, self.owed = 0, 500, 0
        self.orders: deque[tuple[float, int]] = deque()  # hour of arrival, parts
        self.wanted_mean = self.met_mean = float(self.daily_demand) / HOURS_PER_DAY
        self.cost_mean = 0.0

    @property
    def on_order(self) -> int:
        """Parts under way."""
        return sum(parts for _, parts in self.orders)

    def receive(self) -> None:
        """Take in what has arrived, and serve those who wait."""
        arrived = sum(parts for hour, parts in self.orders if hour <= self.hour)
        self.orders = deque(order for order in self.orders if order[0] > self.hour)
        served = min(self.owed, self.stock + arrived)
        self.stock, self.owed = self.stock + arrived - served, self.owed - served

    def sell(self) -> tuple[int, int]:
        """Draw an hour's demand; gives the parts wanted and those given out at once."""
        mean = float(self.daily_demand)
        spread = mean * float(self.demand_variation) / math.sqrt(HOURS_PER_DAY)
        wanted = max(0, round(self.random.gauss(mean / HOURS_PER_DAY, spread)))
        met = min(wanted, self.stock)
        self.stock -= met
        self.owed += wanted - met if self.backorders else 0
        return wanted, met

    def wish(self) -> int:
        """How many parts the policy orders now."""
        position, reorder_point = self.stock + self.on_order - self.owed, int(self.reorder_point)
        lot, policy = int(self.lot_size), str(self.policy)
        if policy == "base_stock":
            return max(0, reorder_point - position)
        if policy == "periodic_review":
            return max(0, reorder_point + lot - position) if self.hour % REVIEW_HOURS == 0 else 0
        return lot * math.ceil((reorder_point - position + 1) / lot) if position <= reorder_point else 0

    def advance(self) -> dict[str, float]:
        """Live through an hour and give the metrics."""
        self.receive()
        wanted, met = self.sell()
        ordered = self.wish()
        if ordered:
            self.orders.append((self.hour + HOURS_PER_DAY * float(self.lead_time), ordered))
        cost = float(self.holding_cost) * self.stock + (ORDER_COST_EUR * HOURS_PER_DAY if ordered else 0.0)
        self.wanted_mean += FORGET * (wanted - self.wanted_mean)
        self.met_mean += FORGET * (met - self.met_mean)
        self.cost_mean += FORGET * (cost - self.cost_mean)
        self.hour += 1
        service = min(1.0, self.met_mean / self.wanted_mean) if self.wanted_mean > 0.0 else 1.0
        return {
            "stock": float(self.stock), "on_order": float(self.on_order), "service_level": service,
            "cost_rate": self.cost_mean,
        }  # fmt: skip


def main(total_steps: int | None = None) -> None:
    """Run for a hundred million steps unless told otherwise, a hundred a second."""
    sim = steer.attach(
        "spare_parts", total_steps=total_steps or 100_000_000, doc="a store of spare parts with one supplier"
    )
    store = Store(sim)
    for _ in sim.steps():
        sim.report(**store.advance())
        time.sleep(PACE_S)


if __name__ == "__main__":
    main()
