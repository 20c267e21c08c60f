"""The installation as a whole: its claim, its accounts, who may register, its retention."""
