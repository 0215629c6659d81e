"""The coffee shop itself: three back ends on one small package, and a page. See README.md beside this file."""
