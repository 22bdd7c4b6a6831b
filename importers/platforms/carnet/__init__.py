"""Carnet itself: what `carnet export book` wrote, or its lists of orders and their lines."""

from importers.platform import Platform
from importers.platforms.carnet.book import CarnetBook, spelling

CARNET = Platform(files=(CarnetBook,), spellings={CarnetBook.name: spelling})
