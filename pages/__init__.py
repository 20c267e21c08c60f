"""The screens: one thin script each, in a folder for each section. Each asks for its person first."""
