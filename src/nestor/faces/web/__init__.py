"""The web face: pages for the team, and the live stream that keeps them true."""
