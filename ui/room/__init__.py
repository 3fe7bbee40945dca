"""The Room page with its screen and the speaker's controls, and the page on the phones of the audience."""
