"""What each stage costs, against its peers, as ratios in one run; and what a crash breaks."""
