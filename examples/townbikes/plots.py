"""Figures of the counts."""


def by_month(counts, ax):
    """Mean daily count of each counter through the year."""
    table = counts.groupby([counts["date"].dt.month, "station"])["count"].mean().unstack()
    table.plot(ax=ax)
    ax.set(xlabel="month", ylabel="riders a day", title="Through the year")


def by_weekday(counts, ax):
    """Mean daily count of each counter through the week."""
    table = counts.groupby([counts["date"].dt.day_of_week, "station"])["count"].mean().unstack()
    table.plot.bar(ax=ax, rot=0)
    ax.set_xticklabels(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"])
    ax.set(xlabel="", ylabel="riders a day", title="Through the week")


def against_temperature(daily, ax):
    """Daily totals against temperature; wet days stand out."""
    wet = daily["rain_mm"] > 1
    for name, part in (("dry", daily[~wet]), ("wet", daily[wet])):
        ax.scatter(part["temperature_c"], part["count"], s=8, label=name)
    ax.set(xlabel="temperature, °C", ylabel="riders a day")
    ax.legend()
