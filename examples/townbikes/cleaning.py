"""Reading the counter's and the weather station's files, and mending what is known to be wrong in them."""

import numpy as np
import pandas as pd

#: A day with more passages than this is a fault of the counter (it once counted rain drops).
HIGHEST_BELIEVABLE = 6000


def read_counts(path: str) -> pd.DataFrame:
    """Passages of each day in both directions; faulty days are missing values."""
    counts = pd.read_csv(path, parse_dates=["date"]).set_index("date")
    faulty = (counts > HIGHEST_BELIEVABLE) | (counts < 0)
    return counts.mask(faulty)


def read_weather(path: str) -> pd.DataFrame:
    """Temperature (°C), rain (mm) and wind (km/h) of each day."""
    return pd.read_csv(path, parse_dates=["date"]).set_index("date")


def fill_gaps(counts: pd.DataFrame) -> pd.DataFrame:
    """Replace missing days by the mean of the same weekday one week before and one week after."""
    around = (counts.shift(7) + counts.shift(-7)) / 2
    return counts.fillna(around).ffill().bfill().round().astype(int)


def join(counts: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """One table with a row for each day, and what the analysis derives from the date."""
    days = counts.join(weather, how="inner")
    days["total"] = days["inbound"] + days["outbound"]
    days["weekday"] = days.index.day_name()
    days["weekend"] = days.index.day_of_week >= 5
    days["wet"] = np.where(days["rain_mm"] >= 1, "wet", "dry")
    return days
