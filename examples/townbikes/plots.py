"""Figures in one style."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

COLOURS = {"dry": "tab:orange", "wet": "tab:blue"}
WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def over_the_year(days: pd.DataFrame) -> Figure:
    """Each day's passages with their mean over four weeks."""
    figure, axes = plt.subplots(figsize=(9, 3.2))
    axes.plot(days.index, days["total"], linewidth=0.6, color="0.6", label="each day")
    axes.plot(days.index, days["total"].rolling(28, center=True).mean(), label="mean of four weeks")
    axes.set_ylabel("passages")
    axes.set_title("Bicycles on the Weir Bridge")
    axes.legend()
    return figure


def by_weekday(days: pd.DataFrame) -> Figure:
    """Spread of the passages by weekday."""
    figure, axes = plt.subplots(figsize=(9, 3.2))
    axes.boxplot([days.loc[days["weekday"] == day, "total"] for day in WEEK])
    axes.set_xticks(range(1, 8), WEEK)
    axes.set_ylabel("passages")
    return figure


def against_temperature(days: pd.DataFrame) -> Figure:
    """Passages against temperature, dry and wet days apart."""
    figure, axes = plt.subplots(figsize=(6, 4))
    for kind, group in days.groupby("wet"):
        axes.scatter(
            group["temperature_c"], group["total"], s=12, alpha=0.7, color=COLOURS[kind], label=kind
        )
    axes.set_xlabel("mean temperature (°C)")
    axes.set_ylabel("passages")
    axes.legend()
    return figure
