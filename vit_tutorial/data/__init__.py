"""Images to work with: the photo of chapter 1, the data sets of training, your own folder."""

from vit_tutorial.data.archives import ArchiveError, UnsafeArchive, unpack
from vit_tutorial.data.augment import augmentation
from vit_tutorial.data.digit_images import digits
from vit_tutorial.data.downloads import DownloadError, download
from vit_tutorial.data.fashion import FASHION_CLASSES, FASHION_SPLITS, fashion_mnist
from vit_tutorial.data.folders import image_folder
from vit_tutorial.data.photo import sample_photo
from vit_tutorial.data.reading import read_image
from vit_tutorial.data.sets import ImageSet, Loaders, Splits
from vit_tutorial.data.stored import results
from vit_tutorial.data.transforms import image_transform

__all__ = [
    "FASHION_CLASSES",
    "FASHION_SPLITS",
    "ArchiveError",
    "DownloadError",
    "ImageSet",
    "Loaders",
    "Splits",
    "UnsafeArchive",
    "augmentation",
    "digits",
    "download",
    "fashion_mnist",
    "image_folder",
    "image_transform",
    "read_image",
    "results",
    "sample_photo",
    "unpack",
]
