"""Learned promotion models, one version a fit."""
