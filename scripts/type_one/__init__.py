"""Type I error of the analyses that the studies here ship, by simulation and by enumeration."""
