"""Reading the counts and the weather, and filling what the counters missed."""

import pandas as pd


def load_counts(path):
    """One row for each counter and day; missing readings are NaN."""
    return pd.read_csv(path, parse_dates=["date"])


def load_weather(path):
    """One row for each day."""
    return pd.read_csv(path, parse_dates=["date"])


def fill_gaps(counts):
    """Missing readings become the median of that counter on the same day of the week."""
    weekday = counts["date"].dt.day_of_week
    usual = counts.groupby([counts["station"], weekday])["count"].transform("median")
    return counts.assign(count=counts["count"].fillna(usual))


def daily_table(counts_path, weather_path):
    """Total count, weather and weekend for each day."""
    counts = fill_gaps(load_counts(counts_path))
    daily = counts.groupby("date", as_index=False)["count"].sum()
    daily = daily.merge(load_weather(weather_path), on="date")
    return daily.assign(weekend=(daily["date"].dt.day_of_week >= 5).astype(int))
