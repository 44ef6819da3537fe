"""Frame of the dashboard: visitor, menu, navigation, notices."""
