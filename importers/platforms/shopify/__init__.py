"""Shopify: its orders export, and its orders as its API tells them."""

from importers.platform import Platform, spelling_of
from importers.platforms.shopify.api import ShopifyApi
from importers.platforms.shopify.orders import READS, Shopify

SHOPIFY = Platform(files=(Shopify, ShopifyApi), spellings={Shopify.name: spelling_of(READS)})
