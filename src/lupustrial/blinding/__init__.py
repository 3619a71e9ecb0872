"""What each role can see, and how well that tells the arm."""
